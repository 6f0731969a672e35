/**
 * The service's time as this phone estimates it: its own clock, corrected by the service's last answer.
 * Phones' clocks are often wrong, and the service refuses a proof that is more than 60 s off.
 */
export class ServerClock {
  /** @param offsetMs milliseconds to add to this phone's clock. */
  constructor(public offsetMs = 0) {}

  /** Milliseconds since 1970. */
  now(): number {
    return Date.now() + this.offsetMs;
  }

  /** Adopts the time of a response's `Date`. Returns false and changes nothing if the two clocks agree within 30 s. */
  correctFrom(response: Response): boolean {
    const serviceTime = Date.parse(response.headers.get('date') ?? '');
    if (Number.isNaN(serviceTime) || Math.abs(serviceTime - this.now()) <= 30_000) return false;
    this.offsetMs = serviceTime - Date.now();
    return true;
  }
}
