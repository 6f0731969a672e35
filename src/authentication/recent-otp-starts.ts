import { Injectable } from '@nestjs/common';

/** More than a process starts within the three minutes of an authentication at its highest measured rate. */
const REMEMBERED = 100_000;

/**
 * The latest authentications that this process started with the channel `otp`, which never changes. Their verification
 * does not try first whether the service generated the code. In another process it does, with the same outcome.
 */
@Injectable()
export class RecentOtpStarts {
  private readonly ids = new Set<string>();

  add(id: string): void {
    if (this.ids.size >= REMEMBERED) this.ids.delete(this.ids.values().next().value ?? '');
    this.ids.add(id);
  }

  has(id: string): boolean {
    return this.ids.has(id);
  }
}
