/** Runs work of the same key one after the other, in the order in which it was asked for. Other keys do not wait. */
export class OneAtATime {
  /** The end of the last work of each key. */
  private readonly ends = new Map<string, Promise<void>>();

  /** Begins `work` when all earlier work of this key has ended. Resolves or rejects as it does. */
  run<Outcome>(key: string, work: () => Promise<Outcome>): Promise<Outcome> {
    const before = this.ends.get(key);
    const outcome = before ? before.then(work) : work();
    const end = outcome.then(
      () => undefined,
      () => undefined,
    );
    this.ends.set(key, end);
    void end.then(() => {
      if (this.ends.get(key) === end) this.ends.delete(key);
    });
    return outcome;
  }
}
