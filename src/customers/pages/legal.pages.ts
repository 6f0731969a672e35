import { calendarDay } from '../../pages/format.ts';
import { html, type Html } from '../../pages/html.ts';
import { legalMarkdown } from '../../pages/legal/legal-markdown.ts';
import { titleOf, type LegalVersion } from '../../pages/legal/legal-texts.ts';
import type { Page } from '../../pages/page.ts';
import { sitePage } from '../../pages/site.ts';
import type { Reader } from '../../pages/words.ts';
import { CUSTOMER_WORDS } from '../words/words.ts';

/** One version of a document, with its day of effect and the links to the other versions. */
export function legalPage(
  reader: Reader,
  input: { path: string; shown: LegalVersion; inEffect: LegalVersion; versions: readonly LegalVersion[] },
): Page {
  const { path, shown, inEffect, versions } = input;
  const { locale } = reader;
  const { legal } = reader.words(CUSTOMER_WORDS);
  const title = titleOf(shown.text[locale]);
  const day = (version: LegalVersion) => calendarDay(version.effective, locale);
  const isOther = shown !== inEffect;
  const content = html`<article class="card legal">
    <h1>${title}</h1>
    <p class="hint">${shown.effective > inEffect.effective ? legal.from(day(shown)) : legal.since(day(shown))}</p>
    ${isOther && html`<p class="note">${legal.other} <a href="${path}">${legal.present}</a></p>`}
    ${legalMarkdown(shown.text[locale])} ${versions.length > 1 && versionList(reader, input)}
  </article>`;
  const address = isOther ? `${path}?version=${shown.effective}` : path;
  return sitePage({ reader, title, address, content });
}

function versionList(reader: Reader, { path, shown, inEffect, versions }: Parameters<typeof legalPage>[1]): Html {
  const { legal } = reader.words(CUSTOMER_WORDS);
  return html`<section aria-labelledby="versions">
    <h2 id="versions">${legal.versions}</h2>
    <ul class="rules">
      ${versions.map((one) => {
        const day = calendarDay(one.effective, reader.locale);
        return html`<li>
          <a href="${path}?version=${one.effective}" ${one === shown && html`aria-current="page"`}>${day}</a> ${
            one === inEffect && legal.inEffect
          }${one.effective > inEffect.effective && legal.planned}
        </li>`;
      })}
    </ul>
  </section>`;
}
