/** Milliseconds for which this process writes no further use of a key or token. */
const NOTED_MS = 60_000;

/** Has the use of a key or token written once a minute. */
export class NotedUses {
  private readonly at = new Map<string, number>();

  /** A use that could not be written is written at the next one. */
  async note(key: string, write: () => Promise<unknown>): Promise<void> {
    const now = performance.now();
    if (now - (this.at.get(key) ?? -NOTED_MS) < NOTED_MS) return;
    for (const [one, at] of this.at) if (now - at >= NOTED_MS) this.at.delete(one);
    this.at.set(key, now);
    try {
      await write();
    } catch (error) {
      this.at.delete(key);
      throw error;
    }
  }
}
