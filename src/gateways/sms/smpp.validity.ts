const DAY = 86_400;

/** Relative times have two digits of days, and some centres refuse more than a month. */
const MAX_SECONDS = 28 * DAY;

/**
 * A relative `validity_period` (SMPP 3.4, section 7.1.1.2), `YYMMDDhhmmss000R`: the centre discards the message when so
 * many seconds have passed since it accepted it. Relative, because the clocks of the service and the centre may differ.
 */
export function validityPeriod(seconds: number): string {
  const whole = Math.min(Math.floor(seconds), MAX_SECONDS);
  const parts = [whole / DAY, (whole % DAY) / 3600, (whole % 3600) / 60, whole % 60];
  return `0000${parts.map((part) => String(Math.floor(part)).padStart(2, '0')).join('')}000R`;
}
