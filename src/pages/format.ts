import { html, type Html } from './html.ts';
import type { Locale } from '../domain/locale.ts';

/** Korea has had no summer time since 1988. */
const SEOUL_OFFSET_MS = 9 * 3_600_000;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** An instant in Seoul time for people: `2026. 11. 22. 오후 3:05`, `22 Nov 2026, 15:05`. */
export function seoulTime(instant: Date | string, locale: Locale): string {
  const seoul = new Date(new Date(instant).getTime() + SEOUL_OFFSET_MS);
  const [hours, minutes] = [seoul.getUTCHours(), String(seoul.getUTCMinutes()).padStart(2, '0')];
  const day = calendarDay(seoul.toISOString().slice(0, 10), locale);
  if (locale === 'en') return `${day}, ${String(hours).padStart(2, '0')}:${minutes}`;
  return `${day} ${hours < 12 ? '오전' : '오후'} ${hours % 12 || 12}:${minutes}`;
}

/** A day, given as `1990-01-01`: `1990. 1. 1.`, `1 Jan 1990`. */
export function calendarDay(day: string, locale: Locale): string {
  const [year, month, date] = day.split('-').map(Number) as [number, number, number];
  return locale === 'ko' ? `${year}. ${month}. ${date}.` : `${date} ${MONTHS[month - 1] ?? ''} ${year}`;
}

/** A month, given as `2026-11`: `2026년 11월`, `Nov 2026`. */
export function calendarMonth(written: string, locale: Locale): string {
  const [year, month] = written.split('-').map(Number) as [number, number];
  return locale === 'ko' ? `${year}년 ${month}월` : `${MONTHS[month - 1] ?? ''} ${year}`;
}

/** Whole won: `1,100원`, `₩1,100`. A refund has a minus sign in front. */
export function won(amount: number, locale: Locale): string {
  const digits = grouped(Math.abs(amount));
  const sign = amount < 0 ? '-' : '';
  return locale === 'ko' ? `${sign}${digits}원` : `${sign}₩${digits}`;
}

/** `12,345`. */
export function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** An instant in Seoul time with a machine-readable attribute. */
export function dateTime(instant: Date | string, locale: Locale): Html {
  return html`<time datetime="${new Date(instant).toISOString()}">${seoulTime(instant, locale)}</time>`;
}

/** The remaining time: `02:59`. The script writes the same format, so nothing moves when it starts. */
export function clockFace(until: string, now: Date): string {
  const seconds = Math.max(0, Math.ceil((Date.parse(until) - now.getTime()) / 1000));
  return [Math.floor(seconds / 60), seconds % 60].map((part) => String(part).padStart(2, '0')).join(':');
}
