import { html, type Html } from './html.ts';
import { LOCALES, type Locale } from '../domain/locale.ts';

const NAMES = { ko: '한국어', en: 'English' } as const satisfies Record<Locale, string>;
const LABELS = { ko: '언어', en: 'Language' } as const satisfies Record<Locale, string>;

/** Links to the same page in the other languages; `address` is the page's own path, without a query. */
export function languageSwitch(locale: Locale, address: string): Html {
  return html`<nav class="languages" aria-label="${LABELS[locale]}">
    ${LOCALES.map(
      (one) =>
        html`<a
          href="${address}?lang=${one}"
          lang="${one}"
          hreflang="${one}"
          ${one === locale && html`aria-current="true"`}
          >${NAMES[one]}</a
        >`,
    )}
  </nav>`;
}
