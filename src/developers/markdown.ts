import MarkdownIt, { type Token } from 'markdown-it';
import { Html } from '../pages/html.ts';
import { diagramSteps } from './diagram.ts';
import { GUIDES } from './guide-list.ts';

/** What a guide's Markdown needs of its surroundings. */
export interface Surroundings {
  /** Code with the values of this service. */
  sample: (code: string, isStep: boolean) => string;
  isDemonstration: boolean;
  /** The name of a table for people who hear the page. */
  tableName: string;
  /** The headings of the original of a translation: links to them lead to the same place of it. */
  original?: readonly Section[] | undefined;
}

/** A heading of a rendered guide, and the text below it, for the search. */
export interface Section {
  id: string;
  title: string;
  level: number;
  text: string;
}

export interface RenderedMarkdown {
  /** The title. What it heads may be shown after something else. */
  heading: Html;
  html: Html;
  sections: Section[];
}

/** Renders short texts, of which a page has hundreds. */
const INLINE = new MarkdownIt({ html: false });
const { escapeHtml: escaped } = INLINE.utils;

/** Names of languages as developers write them, by the first word of a fence. */
const LANGUAGES: Readonly<Record<string, string>> = {
  sh: 'curl',
  js: 'Node',
  java: 'Java',
  python: 'Python',
  php: 'PHP',
};

/**
 * Renders a guide. HTML in it is escaped, but for its paragraphs with pictures, which are left out. A fence with
 * `step=<name>` is one of several in which the same step stands in different languages; one with `only=demonstration` or
 * `only=production` is left out elsewhere.
 */
export function renderMarkdown(markdown: string, surroundings: Surroundings): RenderedMarkdown {
  const rules = new MarkdownIt({ html: false });
  const tokens = rules.parse(withoutPictures(markdown), {});
  const sections = nameHeadings(tokens);
  for (const token of tokens) for (const child of token.children ?? []) rewriteLink(child);
  const { renderer } = rules;
  let headings = 0;
  renderer.rules['heading_open'] = (all, at) => {
    const own = sections[headings];
    const alias = surroundings.original?.[headings]?.id;
    headings += 1;
    const isNew = alias !== undefined && alias !== own?.id && !sections.some(({ id }) => id === alias);
    return renderer.renderToken(all, at, rules.options) + (isNew ? `<span id="${escaped(alias)}"></span>` : '');
  };
  renderer.rules['fence'] = (all, at) => fence(all, at, surroundings);
  renderer.rules['table_open'] = () =>
    `<div class="scroll" role="region" tabindex="0" aria-label="${escaped(surroundings.tableName)}"><table>`;
  renderer.rules['table_close'] = () => '</table></div>';
  // The renderer escapes every text, and the rules above escape what they insert.
  const html = renderer.render(tokens, rules.options, {});
  const end = html.startsWith('<h1') ? html.indexOf('</h1>') + '</h1>'.length : 0;
  return { heading: new Html(html.slice(0, end)), html: new Html(html.slice(end)), sections };
}

/**
 * A guide with the code that is written elsewhere, so that code is written once: a fence `samples step=<name>` stands for
 * the fences of that step in the English text of the guide, or of the guide that `from=<guide>` names.
 */
export function withSamples(
  markdown: string,
  { guide, read }: { guide: string; read: (guide: string) => string },
): string {
  return markdown.replaceAll(
    /^```samples step=(\S+)(?: from=(\S+))?\n[^]*?^```$/gm,
    (_, step: string, from: string | undefined) => fencesOf(read(from ?? guide), step).join('\n\n'),
  );
}

function fencesOf(markdown: string, step: string): string[] {
  return [...markdown.matchAll(/^```\w+ step=(\S+)[^\n]*\n[^]*?^```$/gm)].flatMap(([fence, of]) =>
    of === step ? [fence] : [],
  );
}

/** A short text of the contract, such as the comment of an operation. */
export function renderInline(text: string): Html {
  return new Html(INLINE.renderInline(text.replaceAll('\n', ' ')));
}

function withoutPictures(markdown: string): string {
  return markdown.replaceAll(/^<p>\s*(?:<img [^>]*>\s*)+<\/p>$/gm, '');
}

/** Gives each heading the id that GitHub gives it, so that links work in both places. */
function nameHeadings(tokens: Token[]): Section[] {
  const sections: Section[] = [];
  const used = new Map<string, number>();
  tokens.forEach((token, at) => {
    if (token.type === 'heading_open') {
      const title = textOf(tokens[at + 1]);
      const name = slugOf(title);
      const before = used.get(name) ?? 0;
      used.set(name, before + 1);
      const id = before === 0 ? name : `${name}-${before}`;
      token.attrSet('id', id);
      sections.push({ id, title, level: Number(token.tag.slice(1)), text: '' });
    } else if (token.type === 'inline' && tokens[at - 1]?.type !== 'heading_open') {
      const last = sections.at(-1);
      if (last) last.text += `${textOf(token)} `;
    }
  });
  return sections;
}

function textOf(token: Token | undefined): string {
  return (token?.children ?? []).map(({ type, content }) => (type === 'softbreak' ? ' ' : content)).join('');
}

function slugOf(title: string): string {
  return title
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(/\s/g, '-');
}

/** A link to another guide leads to its page; one to a file of the source leads nowhere here, and is only text. */
function rewriteLink(token: Token): void {
  if (token.type !== 'link_open') return;
  const href = String(token.attrGet('href') ?? '');
  const [, name = '', anchor = ''] = /^(?:\.\/|ko\/|\.\.\/)?([a-z-]+)\.md(#.*)?$/.exec(href) ?? [];
  if (GUIDES.some((guide) => guide.name === name)) token.attrSet('href', `/developers/${name}${anchor}`);
  else if (!/^(https?:|#|\/)/.test(href)) token.attrs = null;
}

interface Fence {
  language: string;
  step: string | undefined;
  only: string | undefined;
  code: string;
}

function fenceOf({ info, content }: Token): Fence {
  const [language = '', ...marks] = info.trim().split(/\s+/);
  const mark = (name: string) => marks.find((one) => one.startsWith(`${name}=`))?.slice(name.length + 1);
  return { language, step: mark('step'), only: mark('only'), code: content };
}

function fence(tokens: Token[], at: number, { sample, isDemonstration }: Surroundings): string {
  const token = tokens[at];
  if (!token) return '';
  const { language, step, only, code } = fenceOf(token);
  if (only !== undefined && (only === 'demonstration') !== isDemonstration) return '';
  if (language === 'mermaid') return diagramSteps(code).text;
  const text = `<div class="code"><pre><code>${escaped(sample(code, step !== undefined))}</code></pre></div>`;
  const name = LANGUAGES[language];
  if (step === undefined || name === undefined) return text;
  // The first language of a step is open: a reader without scripts sees one at once, and opens the others.
  const open = language === 'sh' ? ' open' : '';
  return `<details class="sample" data-step="${escaped(step)}" data-language="${language}"${open}><summary>${name}</summary>${text}</details>`;
}
