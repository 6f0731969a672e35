import { make } from '../../pages/browser/element.ts';
import { locale } from '../../pages/browser/locale.ts';
import { button, screen, type Display } from './display.ts';
import type { KeptNotice } from './installation.ts';
import { MESSAGES } from './messages.ts';
import { timeOf } from './time.ts';

const messages = MESSAGES[locale];

/** The text of a notice in the page's language; undefined for a kind that this version does not know. */
export function noticeLine({ kind, detail = '' }: Pick<KeptNotice, 'kind' | 'detail'>): string | undefined {
  const text = messages.notices.kinds[kind];
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
      isOfInstitutions(notice) && button(messages.notices.look, leave.institutions, 'small'),
    ),
  );
  const list = items.length > 0 ? make('ol', { class: 'history' }, ...items) : make('p', {}, messages.notices.none);
  display.show(() => screen({ title: messages.notices.title, kind: 'notices', back: leave.back }, list));
}
