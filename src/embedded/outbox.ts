/** Messages that a local stand-in stores; older ones are dropped. */
const CAPACITY = 1000;

/** The messages that a local stand-in received, newest last. */
export class Outbox<T> {
  readonly received: T[] = [];
  readonly #listeners = new Set<(message: T) => void>();

  /** Stores a message and passes it to every listener. */
  add(message: T): void {
    this.received.push(message);
    if (this.received.length > CAPACITY) this.received.shift();
    for (const listener of this.#listeners) listener(message);
  }

  /** Calls `listener` with every message from now on; the returned function unsubscribes it. */
  readonly onReceived = (listener: (message: T) => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };
}
