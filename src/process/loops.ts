import { Injectable } from '@nestjs/common';

/** Milliseconds without a turn after which a loop counts as stuck. */
const STUCK_MS = 60_000;

/**
 * Records when each loop of this process last turned, for liveness. Every wait inside a loop has a deadline, so a loop
 * turns while its database or its queue is unavailable; a loop that does not turn never will, and only a new process
 * helps.
 */
@Injectable()
export class Loops {
  private readonly turns = new Map<string, number>();

  /** Notes that a loop turned. `now` is in milliseconds of `performance.now()`. */
  turned(loop: string, now = performance.now()): void {
    this.turns.set(loop, now);
  }

  /** Notes that a loop has nothing to do, or ended. */
  rested(loop: string): void {
    this.turns.delete(loop);
  }

  /** How many seconds ago each loop with work to do last turned. */
  ages(now = performance.now()): [string, number][] {
    return [...this.turns].map(([loop, last]) => [loop, Math.max(0, now - last) / 1000]);
  }

  /** The names of the loops that have not turned for a minute. */
  stuck(now = performance.now()): string[] {
    return [...this.turns].filter(([, last]) => now - last > STUCK_MS).map(([loop]) => loop);
  }
}
