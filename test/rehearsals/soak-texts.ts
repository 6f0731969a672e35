import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '../support/eventually.ts';
import type { TestPerson } from '../support/service.ts';
import type { Scene } from './scene.ts';

/** Milliseconds between two codes by SMS. */
const TEXT_MS = 2_000;

/** Codes by SMS to people who have no subscription. */
export class Texts {
  readonly started = new Set<string>();
  readonly #numbers = new Map<string, string>();
  readonly #arrived = new Set<string>();

  constructor(private readonly scene: Scene) {
    scene.service.smsc.onReceived(({ to }) => this.#arrived.add(to));
  }

  async send(isOver: () => boolean): Promise<void> {
    while (!isOver()) {
      const person = await this.scene.service.addLine();
      const id = await this.#start(person);
      this.started.add(id);
      this.#numbers.set(id, person.phoneNumber);
      await delay(TEXT_MS);
    }
  }

  /** The authentications whose code has not arrived. */
  async missing(): Promise<string[]> {
    const late = () => [...this.#numbers].filter(([, number]) => !this.#arrived.has(number)).map(([id]) => id);
    await eventually('every code by SMS', () => late().length === 0).catch(() => undefined);
    return late();
  }

  /** Repeats the start until it is answered, as a relying party does. */
  async #start(person: TestPerson): Promise<string> {
    const headers = { 'Idempotency-Key': crypto.randomUUID() };
    return eventually('a start by SMS', async () => {
      const answer = await this.scene.service.start(person, { headers }).catch(() => undefined);
      return answer?.status === 201 ? answer.body.id : undefined;
    });
  }
}
