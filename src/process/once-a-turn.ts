/**
 * Returns a function that has `work` done once in this turn of the event loop, after all that calls it in this turn:
 * what comes together is then worked on together.
 */
export function onceATurn(work: () => void): () => void {
  let isDue = false;
  return () => {
    if (isDue) return;
    isDue = true;
    setImmediate(() => {
      isDue = false;
      work();
    });
  };
}
