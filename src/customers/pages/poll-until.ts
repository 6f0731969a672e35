/** Milliseconds between two reads. */
const LOOK_MS = 500;

/** Polls `look` until `isIt` accepts the value or `seconds` have passed. Returns the last value. */
export async function pollUntil<Value>(
  seconds: number,
  look: () => Promise<Value>,
  isIt: (value: Value) => boolean,
): Promise<Value> {
  const until = Date.now() + seconds * 1000;
  for (;;) {
    const value = await look();
    if (isIt(value) || Date.now() + LOOK_MS > until) return value;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}
