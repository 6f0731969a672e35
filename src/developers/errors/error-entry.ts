import type { Locale } from '../../domain/locale.ts';

/** What a caller does after a refusal. `src/developers/words/` has a sentence for each. */
export type Again =
  /** The same request will be refused again. */
  | 'never'
  /** Correct the request first. */
  | 'corrected'
  /** The person enters something else. */
  | 'typed'
  /** The same request, after `Retry-After`. */
  | 'later'
  /** Begin from the first step. */
  | 'anew';

/** One problem code for the people who meet it. */
export interface ErrorEntry {
  /** When the service answers so. */
  when: Readonly<Record<Locale, string>>;
  /** A sentence for the person at the screen; null where no person is involved. */
  show: Readonly<Record<Locale, string>> | null;
  again: Again;
  /** An example of `detail`, and of the members beside it. */
  detail: string;
  members?: object;
}
