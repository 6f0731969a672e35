import { Injectable } from '@nestjs/common';
import type { Locale } from '../domain/locale.ts';
import type { ProblemCode } from '../domain/problem.ts';
import { Words } from '../pages/words.ts';
import { Contract } from './contract.ts';
import { ERROR_CATALOGUE } from './errors/error-catalogue.ts';
import { guideText } from './guide-files.ts';
import { GUIDES } from './guide-list.ts';
import { renderMarkdown, type RenderedMarkdown } from './markdown.ts';
import { operationsOf, type ListedOperation } from './operations.ts';
import { Samples } from './samples.ts';
import type { Searchable } from './search.ts';
import { DEVELOPER_WORDS } from './words/words.ts';

export interface RenderedGuide {
  title: string;
  rendered: RenderedMarkdown;
  /** The language of the text. */
  language: Locale;
}

/** The documents as readers see them. Each is rendered once, when it is first asked for. */
@Injectable()
export class Library {
  private readonly guides = new Map<string, RenderedGuide>();
  private readonly parts = new Map<Locale, Searchable[]>();
  private listed: ListedOperation[] | undefined;

  constructor(
    private readonly samples: Samples,
    private readonly contract: Contract,
    private readonly words: Words,
  ) {}

  get operations(): readonly ListedOperation[] {
    return (this.listed ??= operationsOf(this.contract.document));
  }

  /** A guide in a language; undefined if there is none of this name. */
  guide(name: string, locale: Locale): RenderedGuide | undefined {
    const key = `${locale} ${name}`;
    const known = this.guides.get(key);
    if (known) return known;
    const title = GUIDES.find((one) => one.name === name)?.title[locale];
    if (title === undefined) return undefined;
    const { markdown, language } = guideText(name, locale);
    const rendered = renderMarkdown(markdown, {
      sample: (code, isStep) => this.samples.in(code, { guide: name, isStep }),
      isDemonstration: this.samples.isDemonstration,
      tableName: this.words.of(DEVELOPER_WORDS, locale).table,
      original: language === 'en' ? undefined : this.guide(name, 'en')?.rendered.sections,
    });
    const guide = { title, rendered, language };
    this.guides.set(key, guide);
    return guide;
  }

  /** Everything that can be found in a language. */
  searchable(locale: Locale): readonly Searchable[] {
    const known = this.parts.get(locale);
    if (known) return known;
    const words = this.words.of(DEVELOPER_WORDS, locale);
    const guides = GUIDES.flatMap(({ name, title }) =>
      (this.guide(name, locale)?.rendered.sections ?? []).map((section) => ({
        place: `/developers/${name}${section.level === 1 ? '' : `#${section.id}`}`,
        title: section.title,
        page: title[locale],
        text: section.text,
      })),
    );
    const operations = this.operations.map(({ name, place, summary, description, method, path }) => ({
      place,
      title: summary,
      page: words.api.title,
      text: `${method} ${path} ${name} ${description}`,
    }));
    const errors = (Object.keys(ERROR_CATALOGUE) as ProblemCode[]).map((code) => ({
      place: `/developers/errors#${code}`,
      title: code,
      page: words.errors.title,
      text: `${ERROR_CATALOGUE[code].when[locale]} ${ERROR_CATALOGUE[code].show?.[locale] ?? ''}`,
    }));
    const parts = [...guides, ...operations, ...errors];
    this.parts.set(locale, parts);
    return parts;
  }
}
