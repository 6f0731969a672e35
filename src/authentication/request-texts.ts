import { REQUEST_TEXTS, type Authentication } from './authentication.entity.ts';

type TextName = (typeof REQUEST_TEXTS)[number];
type OptionalName = { [Name in TextName]: null extends Authentication[Name] ? Name : never }[TextName];

/** The texts of a request as its columns hold them: null for one that the relying party left out. */
export type StoredTexts = Pick<Authentication, TextName>;

/** The texts of a request as callers exchange them: one that the relying party left out is absent. */
export type RequestTexts = Omit<StoredTexts, OptionalName> & {
  [Name in OptionalName]?: NonNullable<Authentication[Name]>;
};

/** Either of them, as far as their names go. */
type Texts = Readonly<{ [Name in TextName]?: string | null }>;

/** The texts of a request for its columns. */
export function storedTexts(given: Texts): StoredTexts {
  return Object.fromEntries(REQUEST_TEXTS.map((name) => [name, given[name] ?? null])) as unknown as StoredTexts;
}

/** The texts that a request has. */
export function requestTexts(of: Texts): RequestTexts {
  const entries = REQUEST_TEXTS.map((name) => [name, of[name]] as const);
  return Object.fromEntries(entries.filter(([, text]) => text != null)) as unknown as RequestTexts;
}
