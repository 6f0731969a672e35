import { html, type Html } from './html.ts';
import type { Locale } from './locale.ts';

const ZONE = 'Asia/Seoul';
const TAGS = { ko: 'ko-KR', en: 'en-GB' } as const satisfies Record<Locale, string>;

const HALVES: Readonly<Record<Locale, Partial<Record<string, string>>>> = { ko: { AM: '오전', PM: '오후' }, en: {} };

/** Won as people write it: `1,100원`. */
export function won(amount: number, locale: Locale): string {
  const digits = new Intl.NumberFormat('ko-KR').format(amount);
  return locale === 'ko' ? `${digits}원` : `KRW ${digits}`;
}

/** An instant in Korea: `2026. 11. 22. 오후 3:05`. */
export function dateTime(instant: Date | string, locale: Locale): Html {
  const at = new Date(instant);
  const format = new Intl.DateTimeFormat(TAGS[locale], { dateStyle: 'medium', timeStyle: 'short', timeZone: ZONE });
  // CLDR 48 has AM and PM in Korean dates, which nobody writes.
  const text = format.format(at).replace(/[AP]M/, (half) => HALVES[locale][half] ?? half);
  return html`<time datetime="${at.toISOString()}">${text}</time>`;
}

/** A Seoul month `2026-11`: `2026년 11월`. */
export function monthName(month: string, locale: Locale): string {
  const first = new Date(`${month}-01T00:00:00+09:00`);
  return new Intl.DateTimeFormat(TAGS[locale], { year: 'numeric', month: 'long', timeZone: ZONE }).format(first);
}

/** What is left of a time: `02:59`. The same as the script will write, so that nothing moves when it does. */
export function clockFace(until: string, now: Date): string {
  const seconds = Math.max(0, Math.ceil((Date.parse(until) - now.getTime()) / 1000));
  return [Math.floor(seconds / 60), seconds % 60].map((part) => String(part).padStart(2, '0')).join(':');
}
