/** Text that is already HTML. Only {@link html} creates it, so that unescaped text cannot become HTML by mistake. */
export class Html {
  constructor(readonly text: string) {}
}

/** The values that a template accepts: text is escaped, Html is kept, and empty values produce nothing. */
export type Inserted = Html | string | number | false | null | undefined | readonly Inserted[];

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Writes HTML. Every inserted value is escaped, for text and for quoted attributes alike. */
export function html(parts: TemplateStringsArray, ...inserted: Inserted[]): Html {
  return new Html(parts.reduce((text, part, at) => text + written(inserted[at - 1]) + part));
}

/** Data for a script, as the content of `<script type="application/json">`: nothing in it can end the element. */
export function json(value: object): Html {
  return new Html(JSON.stringify(value).replace(/[<>&]/g, (sign) => `\\u00${sign.charCodeAt(0).toString(16)}`));
}

function written(inserted: Inserted): string {
  if (inserted instanceof Html) return inserted.text;
  if (inserted === false || inserted === null || inserted === undefined) return '';
  if (typeof inserted === 'object') return inserted.map(written).join('');
  return String(inserted).replace(/[&<>"']/g, (character) => ESCAPES[character] ?? '');
}
