import { Injectable } from '@nestjs/common';
import { Send } from './send.ts';
import { WebhookQueue } from './webhook-queue.ts';

/** Milliseconds that requests under way get when the process stops. */
const GRACE_MS = 3_000;

/** Starts and stops the sending of webhooks in a worker. */
@Injectable()
export class Webhooks {
  constructor(
    private readonly queue: WebhookQueue,
    private readonly send: Send,
  ) {}

  async work(): Promise<void> {
    await this.queue.work((job, failures) => this.send.run(job, failures));
  }

  /** Resolves when the requests under way have ended or were given up; what was not sent is handed over again. */
  async stop(): Promise<void> {
    this.send.stop(GRACE_MS);
    await this.queue.close();
  }
}
