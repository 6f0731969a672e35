import { html, type Html } from '../../pages/html.ts';
import type { Reader } from '../../pages/words.ts';
import type { Hit } from '../search.ts';
import { DEVELOPER_WORDS } from '../words/words.ts';

/** What a search found, best first. */
export function searchContent(reader: Reader, query: string, hits: readonly Hit[]): Html {
  const { search: words } = reader.words(DEVELOPER_WORDS);
  if (query === '')
    return html`<article class="prose">
      <h1>${words.label}</h1>
      <p class="lead">${words.empty}</p>
    </article>`;
  return html`<article class="prose">
      <h1>${words.title(query)}</h1>
      <p class="lead">${hits.length === 0 ? words.nothing : words.found(hits.length)}</p>
    </article>
    <ol class="docs-hits">
      ${hits.map(
        ({ place, title, page, excerpt }) =>
          html`<li>
            <a href="${place}">${title}</a> <span class="hint">${page}</span>
            <p>${excerpt}</p>
          </li>`,
      )}
    </ol>`;
}
