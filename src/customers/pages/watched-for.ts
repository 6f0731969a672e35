/** Milliseconds between two polls of a state that the page waits for. */
const LOOK_MS = 500;

/** Looks until what is seen is what is waited for, for so many seconds at most; answers what was seen last. */
export async function watchedFor<Seen>(
  seconds: number,
  look: () => Promise<Seen>,
  isIt: (seen: Seen) => boolean,
): Promise<Seen> {
  const until = Date.now() + seconds * 1000;
  for (;;) {
    const seen = await look();
    if (isIt(seen) || Date.now() + LOOK_MS > until) return seen;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}
