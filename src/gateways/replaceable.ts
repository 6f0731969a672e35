/** What a gateway that can be replaced has to have. */
interface Closable {
  close(): Promise<void>;
}

/**
 * A gateway that another one, with other secrets, takes the place of while messages are sent: what the former one has begun
 * ends with it, and it is closed after that.
 */
export class Replaceable<Gateway extends Closable> {
  #current: Gateway;
  readonly #running = new Map<Gateway, Set<Promise<unknown>>>();
  readonly #closing = new Set<Promise<void>>();

  constructor(first: Gateway) {
    this.#current = first;
  }

  /** The gateway of the moment. */
  get current(): Gateway {
    return this.#current;
  }

  /** Does work with the present gateway. */
  async use<Result>(work: (gateway: Gateway) => Promise<Result>): Promise<Result> {
    const gateway = this.#current;
    const running = this.#running.get(gateway) ?? new Set();
    this.#running.set(gateway, running);
    const done = work(gateway);
    running.add(done);
    try {
      return await done;
    } finally {
      running.delete(done);
    }
  }

  replace(next: Gateway): void {
    const former = this.#current;
    this.#current = next;
    const closed = this.#end(former).finally(() => this.#closing.delete(closed));
    this.#closing.add(closed);
  }

  /** Closes the gateways. Each ends within its own deadlines. */
  async close(): Promise<void> {
    await Promise.all([this.#current.close(), ...this.#closing]);
  }

  async #end(former: Gateway): Promise<void> {
    const running = this.#running.get(former);
    if (running) await Promise.allSettled(running);
    this.#running.delete(former);
    await former.close().catch(() => undefined);
  }
}
