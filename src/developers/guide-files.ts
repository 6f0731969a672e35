import { Injectable } from '@nestjs/common';
import { existsSync, readFileSync } from 'node:fs';
import type { Locale } from '../domain/locale.ts';
import { GUIDES } from './guide-list.ts';
import { withSamplesOf } from './markdown.ts';

/** The folder of the guides, as seen from this file in dist/, where the build copies it, and in src/. */
const FOLDERS = ['../../guide/', './guide/'];

/** The text of a guide, and the language that it is in: English where there is none in the reader's. */
export interface GuideText {
  markdown: string;
  language: Locale;
}

/** The Markdown of the guides, which is the one source of the documents. */
@Injectable()
export class GuideFiles {
  private readonly folder = FOLDERS.map((path) => new URL(path, import.meta.url)).find((url) => existsSync(url));
  private readonly names = GUIDES.map(({ name }) => name).filter((name) => this.read(`${name}.md`) !== undefined);

  /** Whether there is such a guide. */
  has(name: string): boolean {
    return this.names.includes(name);
  }

  /** A guide in a language; undefined if there is none of this name. */
  text(name: string, locale: Locale): GuideText | undefined {
    if (!this.has(name)) return undefined;
    const own = locale === 'en' ? undefined : this.read(`${locale}/${name}.md`);
    const original = this.read(`${name}.md`) ?? '';
    return own === undefined
      ? { markdown: original, language: 'en' }
      : { markdown: withSamplesOf(original, own), language: locale };
  }

  private read(path: string): string | undefined {
    const file = this.folder && new URL(path, this.folder);
    return file && existsSync(file) ? readFileSync(file, 'utf8') : undefined;
  }
}
