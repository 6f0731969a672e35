/** Failures in a row after which a gateway is out. */
const MOST_FAILURES = 3;
/** Milliseconds until one message tries a gateway again that is out; doubled with each that fails. */
const FIRST_WAIT_MS = 10_000;
const LONGEST_WAIT_MS = 120_000;

/** What became of one attempt. One of these is called, once. */
export interface Attempt {
  succeeded(): void;
  /** The gateway did not take the message. */
  failed(): void;
  /** The gateway gave no answer. */
  unanswered(): void;
  /** The attempt says nothing of the gateway. */
  abandoned(): void;
}

/**
 * Says whether a gateway works. It opens after three failures in a row, and at once when the link hangs: one attempt has
 * no answer, and no other one got an answer since it began. While it is open, one attempt at a time is admitted, after
 * ten seconds and then after twice as long each time, up to two minutes; a success closes it. The state is that of one
 * process.
 */
export class Breaker {
  readonly #clock: () => number;
  #failures = 0;
  #answeredAt = -Infinity;
  /** When the next attempt is admitted; undefined while it is closed. */
  #nextAt: number | undefined;
  #waitMs = FIRST_WAIT_MS;
  #isProbing = false;

  /** `clock` answers milliseconds that never go back. */
  constructor(clock: () => number) {
    this.#clock = clock;
  }

  get isOpen(): boolean {
    return this.#nextAt !== undefined;
  }

  /** True if the gateway works, or if this attempt may find out. */
  admits(): boolean {
    return this.#nextAt === undefined || (!this.#isProbing && this.#clock() >= this.#nextAt);
  }

  begin(): Attempt {
    const beganAt = this.#clock();
    const isProbe = this.isOpen && this.admits();
    if (isProbe) this.#isProbing = true;
    const ended = (settle: () => void) => () => {
      if (isProbe) this.#isProbing = false;
      settle();
    };
    return {
      succeeded: ended(() => {
        this.#close();
      }),
      failed: ended(() => {
        this.#answeredAt = this.#clock();
        this.#fail(isProbe, false);
      }),
      unanswered: ended(() => {
        this.#fail(isProbe, this.#answeredAt < beganAt);
      }),
      abandoned: ended(() => undefined),
    };
  }

  #close(): void {
    this.#answeredAt = this.#clock();
    this.#failures = 0;
    this.#nextAt = undefined;
    this.#waitMs = FIRST_WAIT_MS;
  }

  #fail(isProbe: boolean, isHung: boolean): void {
    this.#failures += 1;
    // What began before it opened ends later, and what was tried although it is open was not admitted: nothing new.
    if (this.isOpen && !isProbe) return;
    if (!isProbe && !isHung && this.#failures < MOST_FAILURES) return;
    if (isProbe) this.#waitMs = Math.min(LONGEST_WAIT_MS, this.#waitMs * 2);
    this.#nextAt = this.#clock() + this.#waitMs;
  }
}
