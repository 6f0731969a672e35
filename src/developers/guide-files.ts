import { existsSync, readFileSync } from 'node:fs';
import type { Locale } from '../domain/locale.ts';
import { withSamples } from './markdown.ts';

/** The build copies the guides beside the programs. */
const FOLDER = new URL('./guide/', import.meta.url);

/** The text of a guide, and the language that it is in: English where there is none in the reader's. */
export interface GuideText {
  markdown: string;
  language: Locale;
}

/** Reads the Markdown of a guide that the list has. It is the one source of the documents. */
export function guideText(name: string, locale: Locale): GuideText {
  const read = (guide: string) => readFileSync(new URL(`${guide}.md`, FOLDER), 'utf8');
  const isTranslated = existsSync(new URL(`${locale}/${name}.md`, FOLDER));
  const markdown = withSamples(read(isTranslated ? `${locale}/${name}` : name), { guide: name, read });
  return { markdown, language: isTranslated ? locale : 'en' };
}
