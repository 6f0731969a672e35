import type { Logger } from '@nestjs/common';

/** Milliseconds between two lines about the same failure. */
const PAUSE_MS = 60_000;

/**
 * Logs a failure that repeats, such as an outage, as one line a minute. The next line counts those that were left out.
 */
export class RareWarnings {
  private readonly lines = new Map<string, { at: number; left: number }>();

  constructor(private readonly logger: Logger) {}

  /** Logs `message`, unless a line of the same `kind` was logged within the last minute. */
  warn(kind: string, message: string): void {
    const now = performance.now();
    const last = this.lines.get(kind);
    if (last && now - last.at < PAUSE_MS) {
      last.left += 1;
      return;
    }
    this.lines.set(kind, { at: now, left: 0 });
    const left = last?.left ? ` (and ${last.left} more since the last such line)` : '';
    this.logger.warn(`${kind}: ${firstLine(message)}${left}`);
  }
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}
