import { html, type Html } from './html.ts';
import { LANGUAGE } from './language.ts';
import { LANGUAGES, LOCALES, type Locale } from '../domain/locale.ts';

/** Links to the same page in the other languages; `address` is the page's own path, with its query. */
export function languageSwitch(locale: Locale, address: string): Html {
  return html`<nav class="languages" aria-label="${LANGUAGE[locale].switchLabel}">
    ${LOCALES.map(
      (one) =>
        html`<a
          href="${address}${address.includes('?') ? '&' : '?'}lang=${one}"
          lang="${one}"
          hreflang="${one}"
          ${one === locale && html`aria-current="true"`}
          >${LANGUAGES[one]}</a
        >`,
    )}
  </nav>`;
}
