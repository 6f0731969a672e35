import type { ErrorEntry } from './error-entry.ts';

/** What the call centre, the carrier and its SMS broker meet. No sentence: their own people read `detail`. */
export const OPERATOR_ERRORS = {
  signature_invalid: {
    when: {
      ko: '서명이 없거나, 이 요청의 것이 아니거나, 5분이 지났습니다.',
      en: 'The signature is missing, is not for this request, or is more than five minutes old.',
    },
    show: null,
    again: 'corrected',
    detail: 'The signature is not of this body, id and timestamp under the agreed secret.',
  },
  subscription_not_found: {
    when: { ko: '없는 가입입니다.', en: 'There is no such subscription.' },
    show: null,
    again: 'never',
    detail: 'Find the subscription by its number.',
  },
  nothing_to_change: {
    when: { ko: '현재 상태에서는 할 수 없는 작업입니다.', en: 'The action is not possible in the current state.' },
    show: null,
    again: 'never',
    detail: 'The subscription was cancelled.',
  },
  second_person_required: {
    when: {
      ko: 'SIM이나 휴대폰이 의심되는 동안에는 두 클라이언트 또는 두 담당자가 필요합니다.',
      en: 'The SIM or the phone is in doubt, so this takes two clients or two operators.',
    },
    show: null,
    again: 'anew',
    detail:
      'The SIM or the phone is in doubt, so this takes a client with the scope operator.decide, after another client requested it.',
  },
  caller_not_checkable: {
    when: { ko: '전화한 사람을 푸시로 확인할 수 없습니다.', en: 'The caller cannot be verified by push.' },
    show: null,
    again: 'never',
    detail: 'The subscription is not active, has no phone in use, or its PIN is locked. Have another operator decide.',
  },
  caller_denied: {
    when: {
      ko: '가입자가 앱에서 전화하지 않았다고 답했습니다.',
      en: 'The subscriber said in the app that they did not call.',
    },
    show: null,
    again: 'never',
    detail: 'The person said that they did not call. End the call.',
  },
  import_in_progress: {
    when: { ko: '다른 회선 대사가 진행 중입니다.', en: 'Another import of lines is running.' },
    show: null,
    again: 'later',
    detail: 'Wait until the other import has finished.',
  },
  form_outdated: {
    when: {
      ko: '담당자 화면의 페이지에서 보낸 요청이 아닙니다.',
      en: 'The request does not come from a page of the operator desk.',
    },
    show: null,
    again: 'anew',
    detail: 'Send this request from a page of the operator desk, with the page’s form token as X-Form-Token.',
  },
  session_ended: {
    when: { ko: '로그인이 끝났습니다.', en: 'The session has ended.' },
    show: null,
    again: 'anew',
    detail: 'Sign in at /operator/sign-in, or send an access token from POST /oauth2/token.',
  },
  approval_not_found: {
    when: { ko: '없는 승인 요청입니다.', en: 'There is no such request for approval.' },
    show: null,
    again: 'never',
    detail: 'Choose a request from the pending approvals.',
  },
  approval_closed: {
    when: {
      ko: '이미 결정되었거나 만료된 승인 요청입니다.',
      en: 'The request for approval was decided, or has expired.',
    },
    show: null,
    again: 'never',
    detail: 'This request was decided already.',
  },
  reissue_not_found: {
    when: { ko: '없는 재발급입니다.', en: 'There is no such reissue.' },
    show: null,
    again: 'never',
    detail: 'Use the id of a reissue.',
  },
  reissue_closed: {
    when: {
      ko: '재발급의 현재 상태에서는 할 수 없는 작업입니다.',
      en: 'The action is not possible in the state of the reissue.',
    },
    show: null,
    again: 'never',
    detail: 'The state of the reissue is completed, which does not allow this. Look the reissue up again.',
    members: { state: 'completed' },
  },
  serial_number_mismatch: {
    when: {
      ko: '교체할 휴대폰의 일련번호가 다릅니다.',
      en: 'The serial number is not that of the phone to be replaced.',
    },
    show: null,
    again: 'typed',
    detail: 'Ask the person to read the serial number again, in the form PG-0000-0000-0000.',
  },
} satisfies Record<string, ErrorEntry>;
