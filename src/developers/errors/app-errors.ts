import type { ErrorEntry } from './error-entry.ts';

const CALL_CENTRE = {
  ko: '고객센터에 문의해 주세요.',
  en: 'Please contact the call centre.',
};

/** What the app on the phone meets. */
export const APP_ERRORS = {
  device_proof_invalid: {
    when: {
      ko: 'Device-Proof가 없거나 이 요청의 것이 아니거나, 시계가 크게 어긋났거나, 해지된 기기입니다.',
      en: 'The Device-Proof is missing, is not for this request, has a clock that is far off, or is of a revoked device.',
    },
    show: { ko: '앱을 다시 등록해 주세요.', en: 'Please enrol the app again.' },
    again: 'corrected',
    detail: 'The proof is not signed by an enrolled device. Enrol the app again.',
  },
  pin_mismatch: {
    when: {
      ko: 'PIN이 다릅니다. attemptsLeft만큼 더 시도할 수 있습니다.',
      en: 'The PIN is wrong; attemptsLeft more can be tried.',
    },
    show: { ko: 'PIN이 올바르지 않습니다. 다시 입력해 주세요.', en: 'The PIN is not correct. Please enter it again.' },
    again: 'typed',
    detail: 'Enter the PIN again. The fifth wrong PIN in a row locks it.',
    members: { attemptsLeft: 3 },
  },
  pin_locked: {
    when: { ko: 'PIN이 다섯 번 연속 틀려 잠겼습니다.', en: 'Five wrong PINs in a row have locked the PIN.' },
    show: {
      ko: 'PIN이 잠겼습니다. 고객센터에 문의하거나 앱을 다시 등록해 주세요.',
      en: 'The PIN is locked. Please contact the call centre, or enrol the app again.',
    },
    again: 'never',
    detail: 'The PIN was wrong five times in a row. Contact the call centre, or enrol the app again.',
  },
  pin_exhausted: {
    when: {
      ko: '맞는 PIN 없이 열다섯 번 틀려, 잠금을 풀 수 없습니다.',
      en: 'The PIN was wrong fifteen times without a right one, and cannot be unlocked.',
    },
    show: {
      ko: 'PIN을 더 사용할 수 없습니다. 앱을 다시 등록해 주세요.',
      en: 'The PIN cannot be used any more. Please enrol the app again.',
    },
    again: 'never',
    detail: 'The PIN was wrong fifteen times without a right one. It cannot be unlocked: enrol the phone anew.',
  },
  pin_nonce_spent: {
    when: {
      ko: 'PIN 증명의 nonce가 이미 사용되었거나 3분이 지났습니다.',
      en: 'The nonce of the PIN proof was used, or its three minutes are over.',
    },
    show: { ko: '시간이 지났습니다. 다시 시도해 주세요.', en: 'The time is over. Please try again.' },
    again: 'anew',
    detail: 'A nonce can be used once, within three minutes. Request a new one.',
  },
  relying_party_not_found: {
    when: {
      ko: '이 사람에게 인증을 요청한 적이 없는 이용 기관입니다.',
      en: 'No relying party with this id has asked for this person.',
    },
    show: null,
    again: 'corrected',
    detail: 'Use an id listed in relyingParties of GET /app/v1/sms-permissions.',
  },
  sms_not_permitted: {
    when: {
      ko: '서비스 또는 이용 기관이 문자 인증번호를 허용하지 않습니다.',
      en: 'The service or the relying party accepts no codes by SMS.',
    },
    show: { ko: '이 기관은 문자 인증번호를 사용할 수 없습니다.', en: 'This company does not accept codes by SMS.' },
    again: 'never',
    detail: 'This relying party does not accept codes by SMS. Use the code in the app.',
  },
  sms_permission_not_found: {
    when: { ko: '없거나 이미 끝난 문자 허용입니다.', en: 'The SMS permission is unknown, or has ended.' },
    show: null,
    again: 'corrected',
    detail: 'Use an id listed in permissions of GET /app/v1/sms-permissions.',
  },
  subscription_not_active: {
    when: {
      ko: '가입이 정지되었거나 해지되었거나, 기기 시험이 끝나지 않았습니다.',
      en: 'The subscription is suspended or cancelled, or the test of the device is not finished.',
    },
    show: {
      ko: '서비스가 정지 상태입니다. 고객센터에 문의해 주세요.',
      en: 'The service is suspended. Please contact the call centre.',
    },
    again: 'never',
    detail: 'The subscription is suspended. Contact the call centre.',
  },
  enrolment_code_invalid: {
    when: {
      ko: '등록 코드가 틀렸거나, 사용되었거나, 만료되었습니다(10분).',
      en: 'The enrolment code is wrong, used, or older than ten minutes.',
    },
    show: { ko: '등록 코드를 확인하거나 새 코드를 받아 주세요.', en: 'Please check the code, or get a new one.' },
    again: 'typed',
    detail: 'The enrolment code is wrong, used or expired. Request a new one.',
  },
  envelope_not_ready: {
    when: {
      ko: 'PIN을 증명하기 전에 인증번호를 요청했습니다.',
      en: 'The code was asked for before the PIN was proven.',
    },
    show: { ko: '먼저 PIN을 입력해 주세요.', en: 'Please enter the PIN first.' },
    again: 'anew',
    detail: 'Open the authentication with the PIN first.',
  },
  device_test_closed: {
    when: { ko: '기기 시험이 이미 끝난 기기입니다.', en: 'The test of this device has ended.' },
    show: null,
    again: 'never',
    detail: 'The test is closed, because the device is already active or was revoked.',
  },
  authenticator_not_possible: {
    when: {
      ko: '이 기기에는 이 종류의 인증 수단을 등록할 수 없습니다.',
      en: 'This kind of authenticator is not possible on this device.',
    },
    show: { ko: '이 휴대폰에서는 사용할 수 없습니다.', en: 'This is not possible on this phone.' },
    again: 'never',
    detail: 'An authenticator of the kind sign needs a device that was enrolled with an institution’s code.',
  },
  card_mismatch: {
    when: {
      ko: '거래에 필요한 카드 서명이 없거나 맞지 않습니다.',
      en: 'The signature by the card that the transaction needs is missing or wrong.',
    },
    show: {
      ko: '기관의 카드를 휴대폰에 다시 대 주세요.',
      en: 'Please hold the institution’s card against the phone again.',
    },
    again: 'typed',
    detail: 'Hold the institution’s card against the phone and send cardProof.',
  },
  match_mismatch: {
    when: {
      ko: '입력한 숫자 두 자리가 화면의 숫자와 다릅니다. attemptsLeft번 더 입력할 수 있고, 0이면 요청이 끝났습니다.',
      en: 'The two digits are not those on the page of the relying party; attemptsLeft more can be tried, and 0 says that it has ended.',
    },
    show: {
      ko: '화면에 보이는 숫자 두 자리를 다시 확인해 주세요.',
      en: 'Please check the two digits that the page shows.',
    },
    again: 'typed',
    detail: 'Ask the person to type the two digits that the page shows.',
    members: { attemptsLeft: 2 },
  },
  alert_not_found: {
    when: { ko: '이 기기의 알림이 아닙니다.', en: 'The alert is not one of this device.' },
    show: null,
    again: 'never',
    detail: 'Use an id listed by GET /app/v1/alerts.',
  },
  alert_closed: {
    when: { ko: '이미 답했거나 답할 시간이 지난 알림입니다.', en: 'The alert was answered, or its time is over.' },
    show: { ko: '이미 처리된 알림입니다.', en: 'This alert has been dealt with already.' },
    again: 'never',
    detail: 'The alert was answered or has expired. List the alerts again.',
  },
  not_eligible: {
    when: {
      ko: '회선이 가입 조건을 충족하지 못합니다. reasons에 모든 사유가 있습니다.',
      en: 'The line cannot subscribe. Every reason stands in reasons.',
    },
    show: CALL_CENTRE,
    again: 'never',
    detail: 'See reasons for each rule that the line does not meet, and for what would help.',
    members: { reasons: [{ code: 'prepaid_plan', message: '선불 요금제 / Prepaid plans' }] },
  },
} satisfies Record<string, ErrorEntry>;
