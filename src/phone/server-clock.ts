/**
 * The service's time as this phone knows it: its own clock, put right by what the service said last. Phones' clocks
 * are often wrong, and a proof is refused beyond 60 s.
 */
export class ServerClock {
  /** @param offsetMs what to add to this phone's clock, in milliseconds. */
  constructor(public offsetMs = 0) {}

  /** Milliseconds since 1970. */
  now(): number {
    return Date.now() + this.offsetMs;
  }

  /** Takes the time of a response's `Date`. False, and nothing changed, when we agreed within 30 s anyway. */
  correctFrom(response: Response): boolean {
    const theirs = Date.parse(response.headers.get('date') ?? '');
    if (Number.isNaN(theirs) || Math.abs(theirs - this.now()) <= 30_000) return false;
    this.offsetMs = theirs - Date.now();
    return true;
  }
}
