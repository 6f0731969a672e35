import { make } from '../../pages/browser/element.ts';
import { button, screen, type Display } from './display.ts';
import type { KeptNotice } from './installation.ts';
import { timeOf } from './time.ts';
import { words } from '../words/words.ts';

/** The texts by what a push names: a newer service may name more kinds and reasons than this version knows. */
const TEXTS: Readonly<Partial<Record<string, string | Readonly<Partial<Record<string, string>>>>>> =
  words.notices.kinds;

/** The text of a notice in the page's language; undefined for a kind that this version does not know. */
export function noticeLine({ kind, detail = '' }: Pick<KeptNotice, 'kind' | 'detail'>): string | undefined {
  const text = TEXTS[kind];
  return typeof text === 'object' ? text[detail] : text;
}

/** Whether a notice concerns the institutions that may request codes; it then leads to their screen. */
export function isOfInstitutions({ kind }: Pick<KeptNotice, 'kind'>): boolean {
  return kind === 'registration_asked' || kind === 'smart_otp_enrolled';
}

/** The notices that this phone received. */
export function showNotices(
  display: Display,
  notices: readonly KeptNotice[],
  leave: { back: () => void; institutions: () => void },
): void {
  const items = notices.map((notice) =>
    make(
      'li',
      {},
      make('span', {}, noticeLine(notice) ?? ''),
      make('span', { class: 'hint' }, timeOf(notice.at)),
      isOfInstitutions(notice) && button(words.notices.look, leave.institutions, 'small'),
    ),
  );
  const list = items.length > 0 ? make('ol', { class: 'history' }, ...items) : make('p', {}, words.notices.none);
  display.show(() => screen({ title: words.notices.title, kind: 'notices', back: leave.back }, list));
}
