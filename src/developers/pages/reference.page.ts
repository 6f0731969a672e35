import { html, type Html } from '../../pages/html.ts';
import type { Reader } from '../../pages/words.ts';
import { renderInline } from '../markdown.ts';
import { slugOfTag, type Body, type ListedOperation, type Member } from '../operations.ts';
import { TAGS } from '../openapi/security-schemes.ts';
import { DEVELOPER_WORDS } from '../words/words.ts';

/** The groups of operations, each with its operations. */
export function referenceContent(reader: Reader, operations: readonly ListedOperation[]): Html {
  const words = reader.words(DEVELOPER_WORDS);
  return html`<article class="prose">
      <h1>${words.api.title}</h1>
      <p class="lead">${words.api.text}</p>
      <p><a href="/openapi.json">${words.openapi}</a></p>
    </article>
    ${TAGS.map(
      ({ name, description }) =>
        html`<section class="card">
          <h2><a href="/developers/api/${slugOfTag(name)}">${name}</a></h2>
          <p lang="en" class="hint">${description}</p>
          <ul class="docs-operations" lang="en">
            ${operations
              .filter(({ tag }) => tag === name)
              .map(
                (one) =>
                  html`<li><a href="${one.place}">${one.summary}</a> <code>${one.method} ${one.path}</code></li>`,
              )}
          </ul>
        </section>`,
    )}`;
}

/** The operations of one group, a card each. */
export function tagContent(reader: Reader, tag: string, operations: readonly ListedOperation[]): Html {
  const words = reader.words(DEVELOPER_WORDS);
  return html`<article class="prose">
      <p><a href="/developers/api">${words.api.title}</a></p>
      <h1 lang="en">${tag}</h1>
      ${words.operations.english !== '' && html`<p class="docs-note">${words.operations.english}</p>`}
    </article>
    <nav class="docs-contents" aria-label="${words.contents}">
      <ul lang="en">
        ${operations.map(({ name, summary }) => html`<li><a href="#${name}">${summary}</a></li>`)}
      </ul>
    </nav>
    ${operations.map((one) => card(reader, one))}`;
}

function card(reader: Reader, operation: ListedOperation): Html {
  const { operations: words } = reader.words(DEVELOPER_WORDS);
  const { name, method, path, summary, description, parameters, request, answers, codes } = operation;
  return html`<article class="card docs-operation" id="${name}">
    <h2 lang="en">${summary}</h2>
    <p><code class="docs-address">${method} ${path}</code> <span class="hint">${name}</span></p>
    <p lang="en">${renderInline(description)}</p>
    <p><strong>${words.caller}</strong> ${callers(reader, operation)}</p>
    ${
      parameters.length > 0 &&
      html`<h3>${words.parameters}</h3>
        ${table(reader, parameters)}`
    }
    ${
      request.length > 0 &&
      html`<h3>${words.request}</h3>
        ${request.map((body) => bodyPart(reader, body))}`
    }
    ${answers.map(
      (answer) =>
        html`<h3>${words.response} ${answer.status}</h3>
          <p lang="en">${renderInline(answer.description)}</p>
          ${answer.bodies.filter(({ type }) => !type.includes('problem')).map((body) => bodyPart(reader, body))}`,
    )}
    <h3>${words.codes}</h3>
    <ul class="docs-codes">
      ${codes.map(
        (code) =>
          html`<li>
            <a href="/developers/errors#${code}"><code>${code}</code></a>
          </li>`,
      )}
    </ul>
  </article>`;
}

function callers(reader: Reader, { callers: given }: ListedOperation): string {
  const { callers: words } = reader.words(DEVELOPER_WORDS).operations;
  const named = given.map(({ scheme, scopes }) => {
    if (scheme === 'bearer') return words.bearer(scopes.join(' '));
    return words[scheme as Exclude<keyof typeof words, 'bearer'>];
  });
  return named.length === 0 ? words.none : named.join(' · ');
}

function bodyPart(reader: Reader, { type, example, members }: Body): Html {
  return html`<p class="hint"><code>${type}</code></p>
    ${
      example !== undefined &&
      html`<div class="code">
        <pre><code>${written(example)}</code></pre>
      </div>`
    }
    ${members.length > 0 && table(reader, members)}`;
}

function written(example: unknown): string {
  return typeof example === 'string' ? example : JSON.stringify(example, null, 2);
}

function table(reader: Reader, members: readonly (Member & { where?: string })[]): Html {
  const { operations: words } = reader.words(DEVELOPER_WORDS);
  return html`<dl class="docs-members" lang="en">
    ${members.map(
      ({ name, type, required, description, where }) =>
        html`<div>
          <dt>
            <code>${name}</code>
            <span class="hint"
              >${where !== undefined && `${where} · `}${type}${required && ` · ${words.required}`}</span
            >
          </dt>
          <dd>${description !== '' && renderInline(description)}</dd>
        </div>`,
    )}
  </dl>`;
}
