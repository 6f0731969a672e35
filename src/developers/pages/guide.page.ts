import { html, type Html } from '../../pages/html.ts';
import type { Reader } from '../../pages/words.ts';
import type { Locale } from '../../domain/locale.ts';
import type { RenderedMarkdown } from '../markdown.ts';
import { GUIDE_GROUPS, type GuideGroup } from '../guide-list.ts';
import { DEVELOPER_WORDS } from '../words/words.ts';
import { contents } from './frame.ts';

/** A rendered guide. It says so where its text is in another language than the reader's. */
export function guideContent(
  reader: Reader,
  guide: {
    rendered: RenderedMarkdown;
    language: Locale;
    isDemonstration: boolean;
    /** Names of tarballs that this service serves. */
    downloads: readonly string[];
  },
): Html {
  const { rendered, language, isDemonstration, downloads } = guide;
  const words = reader.words(DEVELOPER_WORDS);
  const foreign = language !== reader.locale;
  return html`${foreign && html`<p class="docs-note">${words.inEnglish}</p>`}
    ${isDemonstration && rendered.html.text.includes('data-step') && html`<p class="docs-note">${words.demonstration}</p>`}
    ${downloads.length > 0 && html`<p class="docs-note">${words.downloads} ${downloads.map(downloadLink)}</p>`}
    <article class="prose" ${foreign && html`lang="${language}"`}>
      ${rendered.heading}${contents(
        reader,
        rendered.sections.filter(({ level }) => level === 2),
      )}${rendered.html}
    </article>`;
}

function downloadLink(file: string): Html {
  return html`<a href="/developers/packages/${file}" download>${file}</a> `;
}

/** The first page: the guides, each with a link. */
export function homeContent(reader: Reader): Html {
  const words = reader.words(DEVELOPER_WORDS);
  const { locale } = reader;
  return html`<article class="prose">
      <h1>${words.title}</h1>
      <p class="lead">${words.lead}</p>
    </article>
    <div class="docs-cards">
      ${(Object.keys(GUIDE_GROUPS) as GuideGroup[]).map(
        (group) =>
          html`<section class="card">
            <h2>${words.groups[group]}</h2>
            <ul>
              ${GUIDE_GROUPS[group].map(
                ({ name, title }) => html`<li><a href="/developers/${name}">${title[locale]}</a></li>`,
              )}
            </ul>
          </section>`,
      )}
      <section class="card">
        <h2>${words.reference}</h2>
        <ul>
          <li><a href="/developers/api">${words.api.title}</a></li>
          <li><a href="/developers/errors">${words.errors.title}</a></li>
          <li><a href="/openapi.json">${words.openapi}</a></li>
        </ul>
      </section>
    </div>`;
}
