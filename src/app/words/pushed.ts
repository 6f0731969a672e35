import type { Locale } from '../../domain/locale.ts';
import type { Sentence } from './shapes.ts';

/** The notifications that the app shows of itself while no page of it is visible. None says anything of the person. */
export interface PushedWords {
  /** A code or a test code arrived. */
  code: Sentence;
  cancelled: Sentence;
  /** The browser ended the push subscription. */
  resubscribe: Sentence;
  /** A push of a kind that this version does not know. */
  other: Sentence;
}

export const PUSHED_WORDS: Readonly<Record<Locale, PushedWords>> = {
  ko: {
    code: { title: '코드가 도착했습니다', text: '앱을 열어 확인해 주세요.' },
    cancelled: { title: '요청이 취소되었습니다', text: '더 하실 일은 없습니다.' },
    resubscribe: { title: '알림이 꺼졌습니다', text: '앱을 열면 다시 켜집니다.' },
    other: { title: '확인할 내용이 있습니다', text: '앱을 열어 확인해 주세요.' },
  },
  en: {
    code: { title: 'The code has arrived', text: 'Open the app to see it.' },
    cancelled: { title: 'The request was cancelled', text: 'There is nothing more to do.' },
    resubscribe: { title: 'Notifications are off', text: 'Open the app to turn them on again.' },
    other: { title: 'There is something to check', text: 'Open the app to see it.' },
  },
};
