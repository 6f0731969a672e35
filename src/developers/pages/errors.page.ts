import { LANGUAGES, LOCALES } from '../../domain/locale.ts';
import type { ProblemCode } from '../../domain/problem.ts';
import { html, type Html } from '../../pages/html.ts';
import { facts } from '../../pages/site.ts';
import type { Reader } from '../../pages/words.ts';
import { PROBLEM_CATALOGUE } from '../../http/problem-catalogue.ts';
import { ERROR_CATALOGUE, ERROR_GROUPS } from '../errors/error-catalogue.ts';
import type { ListedOperation } from '../operations.ts';
import { DEVELOPER_WORDS } from '../words/words.ts';
import { contents } from './frame.ts';

type Group = keyof typeof ERROR_GROUPS;

/** Every problem code: when, what to show, whether to try again, and which requests answer so. */
export function errorsContent(reader: Reader, operations: readonly ListedOperation[]): Html {
  const words = reader.words(DEVELOPER_WORDS);
  const groups = (Object.keys(ERROR_GROUPS) as Group[]).map((group) => ({
    id: `group-${group}`,
    title: words.errorGroups[group],
    codes: Object.keys(ERROR_GROUPS[group]) as ProblemCode[],
  }));
  return html`<article class="prose">
      <h1>${words.errors.title}</h1>
      <p class="lead">${words.errors.text}</p>
    </article>
    ${contents(reader, groups)}
    ${groups.map(
      ({ id, title, codes }) =>
        html`<section class="docs-entries">
          <h2 id="${id}">${title}</h2>
          ${codes.map((code) => entry(reader, code, operations))}
        </section>`,
    )}`;
}

function entry(reader: Reader, code: ProblemCode, operations: readonly ListedOperation[]): Html {
  const { errors: words, again } = reader.words(DEVELOPER_WORDS);
  const { when, show, again: then } = ERROR_CATALOGUE[code];
  const { status, title } = PROBLEM_CATALOGUE[code];
  const answering = operations.filter(({ codes }) => codes.includes(code));
  return html`<article class="card docs-error" id="${code}">
    <h3><code>${code}</code> <span class="hint">${status} ${title}</span></h3>
    ${facts([
      [words.when, when[reader.locale]],
      [
        words.show,
        show
          ? html`${LOCALES.map(
              (locale) => html`<p lang="${locale}"><span class="hint">${LANGUAGES[locale]}</span> ${show[locale]}</p>`,
            )}`
          : words.none,
      ],
      [words.again, again[then]],
    ])}
    ${
      answering.length > 0 &&
      html`<details>
        <summary>${words.answers} (${answering.length})</summary>
        <ul class="docs-links">
          ${answering.map(({ name, place }) => html`<li><a href="${place}">${name}</a></li>`)}
        </ul>
      </details>`
    }
  </article>`;
}
