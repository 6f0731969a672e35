/** How much a process sends at once. */
export interface SendingLimits {
  /** In all. */
  most: number;
  /** To one client. */
  mostOfOne: number;
  /** Places of `most` that only clients with nothing under way get; the caller's `take` keeps to it. */
  keptFree: number;
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
 * Milliseconds from the beginning of one look at the table to that of the next, at least. Places that come free meanwhile are
 * filled together: where thousands wait and their receivers answer at once, the table is not asked after every answer.
 */
const BETWEEN_LOOKS_MS = 20;

/**
 * Sends what a table owes to clients, without letting one client whose receiver is slow or hangs hold up the others. Where a
 * limit kept something back, the next is taken soon after a place is free, and not at the next look of the recurring task.
 */
export class FairSending<Due> {
  /** What is being sent, and the client of each. */
  private readonly underWay = new Map<Promise<void>, string>();
  /** The clients whose share the last look filled: more of them may be due. */
  private full: ReadonlySet<string> = new Set();
  /** The last look filled every place but those that are kept free: more of any client may be due. */
  private isCrowded = false;
  /** The clients of what has ended since the last look began: it did not know of their places. */
  private readonly freed = new Set<string>();
  private looking: Promise<void> | undefined;
  private lookedAt = -Infinity;
  private nextLook: NodeJS.Timeout | undefined;
  private isStopped = false;

  constructor(
    private readonly limits: SendingLimits,
    private readonly sending: Sending<Due>,
  ) {}

  /** Sends what is due, without waiting for the answers. */
  run(): Promise<void> {
    // Two looks at once would each fill the share of a client.
    this.looking ??= this.look().finally(() => {
      this.looking = undefined;
      this.lookAgain();
    });
    return this.looking;
  }

  /** Takes nothing more. */
  async stop(): Promise<void> {
    this.isStopped = true;
    clearTimeout(this.nextLook);
    await this.looking?.catch(() => undefined);
  }

  /** Waits for the end of all that is under way. */
  async ended(): Promise<void> {
    await Promise.all(this.underWay.keys());
  }

  private async look(): Promise<void> {
    clearTimeout(this.nextLook);
    this.nextLook = undefined;
    this.lookedAt = performance.now();
    this.freed.clear();
    const { most, mostOfOne, keptFree } = this.limits;
    const before = [...this.underWay.values()];
    const room = most - before.length;
    if (room <= 0 || this.isStopped) return;
    const taken = await this.sending.take(room, before);
    for (const due of taken) this.begin(due);
    // With what ended meanwhile: the table was asked while its place was not free.
    const counted = [...before, ...taken.map((due) => this.sending.clientOf(due))];
    const counts = new Map<string, number>();
    for (const client of counted) counts.set(client, (counts.get(client) ?? 0) + 1);
    this.full = new Set([...counts].flatMap(([client, count]) => (count >= mostOfOne ? [client] : [])));
    this.isCrowded = counted.length >= most - keptFree;
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
        this.freed.add(client);
        this.lookAgain();
      });
    this.underWay.set(sent, client);
  }

  /** Looks again, if something that a limit kept back may have a place since the last look. */
  private lookAgain(): void {
    if (this.isStopped || this.looking || this.nextLook) return;
    const hasPlace = this.isCrowded ? this.freed.size > 0 : [...this.freed].some((client) => this.full.has(client));
    if (!hasPlace) return;
    const wait = Math.max(0, this.lookedAt + BETWEEN_LOOKS_MS - performance.now());
    this.nextLook = setTimeout(() => {
      this.run().catch((error: unknown) => {
        this.sending.failed(error as Error);
      });
    }, wait);
  }
}
