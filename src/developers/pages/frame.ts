import { html, type Html } from '../../pages/html.ts';
import { languageSwitch } from '../../pages/language-switch.ts';
import type { Page } from '../../pages/page.ts';
import { SITE_WORDS } from '../../pages/words/words.ts';
import type { Reader } from '../../pages/words.ts';
import { GUIDE_GROUPS, type GuideGroup } from '../guide-list.ts';
import { DEVELOPER_WORDS } from '../words/words.ts';

/** A page of the documents: its own path, and its content between navigation and footer. */
export interface DocumentPage {
  reader: Reader;
  address: string;
  title: string;
  content: Html;
  /** What was searched for. */
  query?: string;
}

/** The frame of every page of the documents. */
export function documentPage({ reader, address, title, content, query = '' }: DocumentPage): Page {
  const { locale } = reader;
  const words = reader.words(DEVELOPER_WORDS);
  const { name } = reader.words(SITE_WORDS);
  const body = html`<a class="skip" href="#content">${words.skip}</a>
    <header class="docs-header">
      <p class="mark docs-name">
        <a href="/developers">${name} <span>${words.developers}</span></a>
      </p>
      <a class="docs-all" href="#documents">${words.navigation}</a>
      ${languageSwitch(locale, address)}
      <form class="docs-search" action="/developers/search" role="search">
        <input type="search" name="q" value="${query}" maxlength="100" aria-label="${words.search.label}" />
        <button class="small">${words.search.button}</button>
      </form>
    </header>
    <div class="docs">
      <main id="content" class="docs-main" data-copy-label="${words.copy}" data-copied-label="${words.copied}">
        ${content}
      </main>
      <nav id="documents" class="docs-nav" aria-label="${words.navigation}">${navigation(reader, address)}</nav>
    </div>
    <p class="unseen" role="status" id="copied"></p>`;
  return {
    locale,
    title: address === '/developers' ? words.title : `${title} – ${words.title}`,
    layout: 'docs',
    body,
    opener: 'same-origin',
    script: 'docs.js',
  };
}

/** The list of all documents. */
function navigation(reader: Reader, address: string): Html {
  const { locale } = reader;
  const words = reader.words(DEVELOPER_WORDS);
  const link = (href: string, text: string) =>
    html`<li><a href="${href}" ${href === address && html`aria-current="page"`}>${text}</a></li>`;
  return html`${(Object.keys(GUIDE_GROUPS) as GuideGroup[]).map(
    (group) =>
      html`<p class="docs-group">${words.groups[group]}</p>
        <ul>
          ${GUIDE_GROUPS[group].map(({ name, title }) => link(`/developers/${name}`, title[locale]))}
        </ul>
        ${
          group === 'first' &&
          html`<p class="docs-group">${words.reference}</p>
            <ul>
              ${link('/developers/api', words.api.title)} ${link('/developers/errors', words.errors.title)}
              <li><a href="/openapi.json">${words.openapi}</a></li>
            </ul>`
        }`,
  )}`;
}

/** The headings of a long page. */
export function contents(reader: Reader, headings: readonly { id: string; title: string }[]): Html | false {
  if (headings.length < 2) return false;
  return html`<nav class="docs-contents" aria-label="${reader.words(DEVELOPER_WORDS).contents}">
    <ul>
      ${headings.map(({ id, title }) => html`<li><a href="#${id}">${title}</a></li>`)}
    </ul>
  </nav>`;
}
