/** The time that relative times are told from. It moves only while the window is seen. */
export const clock = $state({ now: Date.now() });

export function startClock(): () => void {
  const tick = () => {
    if (!document.hidden) clock.now = Date.now();
  };
  const timer = setInterval(tick, 5000);
  document.addEventListener('visibilitychange', tick);
  return () => {
    clearInterval(timer);
    document.removeEventListener('visibilitychange', tick);
  };
}
