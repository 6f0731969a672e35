/** Answers that a test has queued for a token or a number; each is used once, in order. */
export class ScriptedAnswers<A> {
  readonly #queues = new Map<string, A[]>();

  /** Queues the next answers for `key`, behind those already queued. */
  readonly answer = (key: string, ...answers: A[]): void => {
    this.#queues.set(key, [...(this.#queues.get(key) ?? []), ...answers]);
  };

  /** The next queued answer for `key`, or undefined when the queue is empty. */
  next(key: string): A | undefined {
    const queue = this.#queues.get(key);
    const answer = queue?.shift();
    if (queue?.length === 0) this.#queues.delete(key);
    return answer;
  }
}
