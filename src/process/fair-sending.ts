/** How much a process sends at once. */
export interface SendingLimits {
  /** In all. */
  most: number;
  /** To one client. */
  mostOfOne: number;
  /** Places of `most` that only clients with nothing under way get; the caller's `take` keeps to it. */
  keptFree?: number;
}

/** What is sent, and how. */
export interface Sending<Due> {
  /** Takes what is due from its table, at most `room`. `underWay` has the client of each that this process is sending. */
  take(room: number, underWay: readonly string[]): Promise<Due[]>;
  /** The id of the client to which it goes. */
  clientOf(due: Due): string;
  /** Sends one, and records what became of it. A failure here leaves it to the next process that takes it. */
  send(due: Due): Promise<void>;
  /** Hears of what failed. */
  failed(error: Error): void;
}

/**
 * Sends what a table owes to clients, without letting one client whose receiver is slow or hangs hold up the others. Where a
 * limit kept something back, the next is taken as soon as a place is free, and not at the next look of the recurring task.
 */
export class FairSending<Due> {
  /** What is being sent, and the client of each. */
  private readonly underWay = new Map<Promise<void>, string>();
  /** The clients whose share was full after the last take: more of them may be due. */
  private full: ReadonlySet<string> = new Set();
  /** No place but those that are kept free was left after the last take: more of any client may be due. */
  private isCrowded = false;
  private taking: Promise<void> | undefined;
  /** How often a run was asked for during another one, whose take may have looked before a place became free. */
  private askedMeanwhile = 0;
  private isStopped = false;

  constructor(
    private readonly limits: SendingLimits,
    private readonly sending: Sending<Due>,
  ) {}

  /** Sends what is due, without waiting for the answers. */
  run(): Promise<void> {
    // Two at once would each fill the share of a client.
    if (this.taking) this.askedMeanwhile += 1;
    else this.taking = this.takeInTurn();
    return this.taking;
  }

  /** Takes nothing more. */
  async stop(): Promise<void> {
    this.isStopped = true;
    await this.taking?.catch(() => undefined);
  }

  /** Waits for the end of all that is under way. */
  async ended(): Promise<void> {
    await Promise.all(this.underWay.keys());
  }

  private async takeInTurn(): Promise<void> {
    try {
      let asked: number;
      do {
        asked = this.askedMeanwhile;
        await this.take();
      } while (asked !== this.askedMeanwhile);
    } finally {
      this.taking = undefined;
    }
  }

  private async take(): Promise<void> {
    const { most, mostOfOne, keptFree = 0 } = this.limits;
    const room = most - this.underWay.size;
    if (room <= 0 || this.isStopped) return;
    for (const due of await this.sending.take(room, [...this.underWay.values()])) this.begin(due);
    const sent = new Map<string, number>();
    for (const client of this.underWay.values()) sent.set(client, (sent.get(client) ?? 0) + 1);
    this.full = new Set([...sent].flatMap(([client, count]) => (count >= mostOfOne ? [client] : [])));
    this.isCrowded = this.underWay.size >= most - keptFree;
  }

  private begin(due: Due): void {
    const client = this.sending.clientOf(due);
    const sent = this.sending
      .send(due)
      .catch((error: unknown) => {
        this.sending.failed(error as Error);
      })
      .finally(() => {
        this.underWay.delete(sent);
        this.afterOne(client);
      });
    this.underWay.set(sent, client);
  }

  private afterOne(client: string): void {
    if (this.isStopped || !(this.isCrowded || this.full.has(client))) return;
    this.run().catch((error: unknown) => {
      this.sending.failed(error as Error);
    });
  }
}
