/** How many messages a local stand-in remembers; older ones are forgotten. */
const REMEMBERED = 1000;

/** What a local stand-in received, newest last. */
export class Outbox<T> {
  readonly received: T[] = [];
  readonly #listeners = new Set<(message: T) => void>();

  add(message: T): void {
    this.received.push(message);
    if (this.received.length > REMEMBERED) this.received.shift();
    for (const listener of this.#listeners) listener(message);
  }

  /** Calls `listener` with every message from now on; the returned function ends that. */
  readonly onReceived = (listener: (message: T) => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };
}
