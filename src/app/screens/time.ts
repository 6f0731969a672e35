import { locale } from '../../pages/browser/locale.ts';

/** Day and time of an instant (RFC 3339). */
export function timeOf(instant: string): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(instant));
}

/** A time range; a day that both ends share appears once. */
export function spanOf(from: string, to: string): string {
  const format = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' });
  return format.formatRange(new Date(from), new Date(to));
}

/** The day of an instant (RFC 3339). */
export function dayOf(instant: string): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: 'medium' }).format(new Date(instant));
}
