import { html, type Html } from './html.ts';
import { LANGUAGE } from './language.ts';
import type { Locale } from '../domain/locale.ts';
import { SEOUL_OFFSET_MS } from '../domain/person.ts';

/** An instant in Seoul time for people: `2026. 11. 22. 오후 3:05`, `22 Nov 2026, 15:05`. */
export function seoulTime(instant: Date | string, locale: Locale): string {
  const seoul = new Date(new Date(instant).getTime() + SEOUL_OFFSET_MS);
  const day = calendarDay(seoul.toISOString().slice(0, 10), locale);
  return LANGUAGE[locale].time(day, seoul.getUTCHours(), seoul.getUTCMinutes());
}

/** An instant in Seoul time to the second: `2026. 11. 22. 오후 3:05:09`, `22 Nov 2026, 15:05:09`. */
function seoulSecond(instant: Date | string, locale: Locale): string {
  return `${seoulTime(instant, locale)}:${String(new Date(instant).getUTCSeconds()).padStart(2, '0')}`;
}

/** A day, given as `1990-01-01`: `1990. 1. 1.`, `1 Jan 1990`. */
export function calendarDay(day: string, locale: Locale): string {
  const [year, month, date] = day.split('-').map(Number) as [number, number, number];
  return LANGUAGE[locale].day(year, month, date);
}

/** A month, given as `2026-11`: `2026년 11월`, `Nov 2026`. */
export function calendarMonth(written: string, locale: Locale): string {
  const [year, month] = written.split('-').map(Number) as [number, number];
  return LANGUAGE[locale].month(year, month);
}

/** Whole won: `1,100원`, `₩1,100`. A refund has a minus sign in front. */
export function won(amount: number, locale: Locale): string {
  return `${amount < 0 ? '-' : ''}${LANGUAGE[locale].won(grouped(Math.abs(amount)))}`;
}

/** `12,345`. */
export function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** A time in seconds: `8.4초`, `132 s`. A hundred seconds and more have no decimal. */
export function seconds(value: number, locale: Locale): string {
  return LANGUAGE[locale].seconds(value >= 99.95 ? grouped(Math.round(value)) : value.toFixed(1));
}

/** A share of 1: `93.4%`. Only all and nothing are `100%` and `0%`: next to them stand `>99.9%` and `<0.1%`. */
export function percent(share: number): string {
  if (share === 0 || share === 1) return `${share * 100}%`;
  if (share < 0.0005) return '<0.1%';
  return share >= 0.9995 ? '>99.9%' : `${(share * 100).toFixed(1)}%`;
}

/** An instant in Seoul time with a machine-readable attribute. */
export function dateTime(instant: Date | string, locale: Locale): Html {
  return html`<time datetime="${new Date(instant).toISOString()}">${seoulTime(instant, locale)}</time>`;
}

/** The same to the second, where the order of what happened matters. */
export function dateSecond(instant: Date | string, locale: Locale): Html {
  return html`<time datetime="${new Date(instant).toISOString()}">${seoulSecond(instant, locale)}</time>`;
}

/** The remaining time: `02:59`. The script writes the same format, so nothing moves when it starts. */
export function clockFace(until: string, now: Date): string {
  const seconds = Math.max(0, Math.ceil((Date.parse(until) - now.getTime()) / 1000));
  return [Math.floor(seconds / 60), seconds % 60].map((part) => String(part).padStart(2, '0')).join(':');
}
