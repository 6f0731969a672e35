import { html, type Html } from '../html.ts';

/**
 * Draws a legal text: `#` is its title and is left out, `##` and `###` begin sections, lines with `- ` or `1. ` are
 * lists, and other lines up to an empty one are a paragraph. Everything else stands as it was written.
 */
export function legalMarkdown(text: string): Html {
  const blocks = text
    .replaceAll('\r', '')
    .trim()
    .split(/\n\s*\n/);
  return html`${blocks.map(block)}`;
}

function block(written: string): Html | false {
  const lines = written.split('\n').map((line) => line.trim());
  const [first = ''] = lines;
  if (first.startsWith('# ')) return lines.length > 1 && block(lines.slice(1).join('\n'));
  if (/^#{2,3} /.test(first)) {
    const title = first.replace(/^#+ /, '');
    return html`${first.startsWith('### ') ? html`<h3>${title}</h3>` : html`<h2>${title}</h2>`}${
      lines.length > 1 && block(lines.slice(1).join('\n'))
    }`;
  }
  if (lines.every((line) => line.startsWith('- '))) {
    return html`<ul class="rules">
      ${lines.map((line) => html`<li>${line.slice(2)}</li>`)}
    </ul>`;
  }
  if (lines.every((line) => /^\d+\. /.test(line))) {
    return html`<ol class="legal-list">
      ${lines.map((line) => html`<li>${line.replace(/^\d+\. /, '')}</li>`)}
    </ol>`;
  }
  return html`<p>${lines.join(' ')}</p>`;
}
