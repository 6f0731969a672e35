import type { Logger } from '@nestjs/common';

/** Milliseconds between two lines about the same failure. */
const PAUSE_MS = 60_000;
/** Kinds that are remembered; a kind may name a route and a class of errors. */
const MOST_KINDS = 1_000;

/**
 * Logs a failure that repeats, such as an outage, as one line a minute. The next line counts those that were left out.
 */
export class RareWarnings {
  private readonly lines = new Map<string, { at: number; left: number }>();

  constructor(private readonly logger: Logger) {}

  /** As `warn`, as an error with its stack. The same fault may meet every request of an outage. */
  error(kind: string, error: unknown, about: Record<string, string> = {}): void {
    const left = this.mayLog(kind);
    if (left === null) return;
    const { stack } = error as { stack?: unknown };
    this.logger.error(`${kind}: ${String(stack ?? error)}${left}`, about);
  }

  /** Logs `message`, unless a line of the same `kind` was logged within the last minute. */
  warn(kind: string, message: string): void {
    const left = this.mayLog(kind);
    if (left !== null) this.logger.warn(`${kind}: ${firstLine(message)}${left}`);
  }

  /** Null if a line of this kind was logged within the last minute; else the words that count those left out. */
  private mayLog(kind: string): string | null {
    const now = performance.now();
    const last = this.lines.get(kind);
    if (last && now - last.at < PAUSE_MS) {
      last.left += 1;
      return null;
    }
    if (!last && this.lines.size === MOST_KINDS) this.lines.clear();
    this.lines.set(kind, { at: now, left: 0 });
    return last?.left ? ` (and ${last.left} more since the last such line)` : '';
  }
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}
