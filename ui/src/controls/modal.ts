/**
 * The browser's own modal: focus stays inside, Escape closes, and focus goes back to where it came from.
 * A dialog that is taken away is not one the user closed: what took its place stays.
 */
export function modal(onclose: () => void, stays: () => boolean = () => false) {
  return (element: HTMLDialogElement) => {
    const ask = (event: Event) => stays() && event.preventDefault();
    element.showModal();
    element.addEventListener('cancel', ask);
    element.addEventListener('close', onclose);
    return () => {
      element.removeEventListener('cancel', ask);
      element.removeEventListener('close', onclose);
      element.close();
    };
  };
}
