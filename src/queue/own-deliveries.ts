/**
 * Deliveries that a process sends at the same time without the queue. More go through the queue, to any worker that has
 * room: while a push platform hangs, those under way hang with it.
 */
const MOST = 200;

/**
 * Sends the deliveries that its own process commits, where that process is a worker: a job of the queue and the wait for
 * it would cost more than the delivery. Those that are committed in one turn of the event loop, as statements that share
 * a commit are, go together.
 */
export class OwnDeliveries {
  private readonly gathered: string[] = [];
  private readonly batches = new Set<Promise<void>>();
  private underWay = 0;

  constructor(
    private readonly deliver: (ids: string[]) => Promise<void>,
    private readonly failed: (error: Error) => void,
  ) {}

  /** Takes a committed delivery. Returns false without room for it. Neither waits nor fails. */
  take(id: string): boolean {
    if (this.underWay === MOST) return false;
    this.underWay += 1;
    this.gathered.push(id);
    if (this.gathered.length === 1) {
      const batch = this.sendGathered().finally(() => this.batches.delete(batch));
      this.batches.add(batch);
    }
    return true;
  }

  /** Resolves when every delivery that was taken is sent or left to the sweeper. */
  async drain(): Promise<void> {
    await Promise.all(this.batches);
  }

  private async sendGathered(): Promise<void> {
    await new Promise(setImmediate);
    const ids = this.gathered.splice(0);
    try {
      await this.deliver(ids);
    } catch (error) {
      this.failed(error as Error);
    } finally {
      this.underWay -= ids.length;
    }
  }
}
