/** Has the same work done once at a time: those who ask for it while it runs share its outcome. */
export class SharedWork<Outcome> {
  private readonly running = new Map<string, Promise<Outcome>>();

  /** Begins `work`, unless that of this key runs already. Resolves or rejects as it does. */
  run(key: string, work: () => Promise<Outcome>): Promise<Outcome> {
    const running = this.running.get(key) ?? work().finally(() => this.running.delete(key));
    this.running.set(key, running);
    return running;
  }
}
