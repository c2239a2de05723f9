/**
 * The browser's own modal: focus stays inside, Escape closes, and focus goes back to where it came from.
 * A dialog that is taken away is not one the user closed: what took its place stays.
 */
export function modal(onclose: () => void) {
  return (element: HTMLDialogElement) => {
    element.showModal();
    element.addEventListener('close', onclose);
    return () => {
      element.removeEventListener('close', onclose);
      element.close();
    };
  };
}
