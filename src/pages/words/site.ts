import type { ProblemCode } from '../../domain/problem.ts';
import type { Locale } from '../locale.ts';
import type { SitePlace } from '../site-places.ts';

export interface Sentence {
  title: string;
  text: string;
}

export interface SiteMessages {
  name: string;
  skip: string;
  navigation: string;
  places: Record<SitePlace, string>;
  callCentre: string;
  imprint: string;
  home: string;
  problems: Partial<Record<ProblemCode, Sentence>>;
  failed: Sentence;
}

/** The texts of the customers' website: its frame, and its messages when an action is not possible. */
export const SITE_MESSAGES: Record<Locale, SiteMessages> = {
  ko: {
    name: '휴대폰인증보호',
    skip: '본문으로 바로 가기',
    navigation: '주요 메뉴',
    places: {
      '/': '서비스 안내',
      '/join': '가입',
      '/my': '내 서비스',
      '/new-phone': '새 휴대폰',
      '/lost-phone': '휴대폰 분실',
      '/cancel': '해지',
    },
    callCentre: '고객센터: 휴대폰에서 국번 없이 114 (24시간 분실 신고)',
    imprint: '고객센터는 인증번호나 비밀번호를 묻지 않습니다.',
    home: '처음으로',
    problems: {
      form_outdated: {
        title: '이 화면은 오래되었습니다',
        text: '화면을 다시 열어 입력해 주세요. 방금 입력한 내용은 처리되지 않았습니다.',
      },
      session_ended: { title: '이용 시간이 끝났습니다', text: '안전을 위해 로그아웃되었습니다. 다시 로그인해 주세요.' },
      too_many_requests: {
        title: '잠시 후 다시 시도해 주세요',
        text: '짧은 시간에 너무 많이 요청했습니다. 급하면 고객센터(114)에 문의해 주세요.',
      },
      service_unavailable: {
        title: '지금은 처리할 수 없습니다',
        text: '잠시 후 다시 시도해 주세요. 입력한 내용은 처리되지 않았습니다.',
      },
      not_found: { title: '찾는 화면이 없습니다', text: '주소가 바뀌었거나 없어진 화면입니다.' },
      subscription_not_active: {
        title: '지금은 새 휴대폰을 등록할 수 없습니다',
        text: '서비스가 일시 정지되어 있습니다. 고객센터(114)에 문의해 주세요.',
      },
      invalid_request: { title: '처리할 수 없는 요청입니다', text: '처음부터 다시 열어 입력해 주세요.' },
      nothing_to_change: {
        title: '이미 처리되었습니다',
        text: '그사이에 서비스의 상태가 바뀌었습니다. 내 서비스에서 확인해 주세요.',
      },
      registration_not_found: { title: '그런 등록이 없습니다', text: '내 서비스에서 등록한 기관을 확인해 주세요.' },
      registration_closed: {
        title: '이미 끝난 등록입니다',
        text: '그사이에 해지되었습니다. 내 서비스에서 확인해 주세요.',
      },
    },
    failed: {
      title: '처리하지 못했습니다',
      text: '저희 쪽의 문제이며 기록되었습니다. 잠시 후 다시 시도해 주세요.',
    },
  },
  en: {
    name: 'Push Guard',
    skip: 'Skip to the content',
    navigation: 'Main',
    places: {
      '/': 'The service',
      '/join': 'Join',
      '/my': 'My service',
      '/new-phone': 'New phone',
      '/lost-phone': 'Lost phone',
      '/cancel': 'Cancel',
    },
    callCentre: 'Call centre: 114 from your mobile phone (losses can be reported day and night)',
    imprint: 'The call centre never asks for a code or a PIN.',
    home: 'Back to the start',
    problems: {
      form_outdated: {
        title: 'This page is out of date',
        text: 'Open it and enter it again. What you entered just now was not processed.',
      },
      session_ended: { title: 'Your visit has ended', text: 'To keep you safe you were logged out. Log in again.' },
      too_many_requests: {
        title: 'Please wait a little',
        text: 'Too much was asked in a short time. If it cannot wait, call 114.',
      },
      service_unavailable: {
        title: 'This cannot be done just now',
        text: 'Try again in a moment. What you entered was not processed.',
      },
      not_found: { title: 'There is no such page', text: 'The address has changed, or the page is gone.' },
      subscription_not_active: {
        title: 'No phone can be registered just now',
        text: 'The service is suspended. Call 114.',
      },
      invalid_request: { title: 'This cannot be read', text: 'Open the page anew and enter it again.' },
      nothing_to_change: {
        title: 'That was done already',
        text: 'Your service has changed in the meantime. Look at “My service”.',
      },
      registration_not_found: {
        title: 'There is no such registration',
        text: 'See under My service which institutions are registered.',
      },
      registration_closed: {
        title: 'The registration has ended',
        text: 'It was revoked in the meantime. See under My service.',
      },
    },
    failed: { title: 'That did not work', text: 'The fault is on our side and was recorded. Try again in a moment.' },
  },
};
