import type { Locale } from '../../pages/browser/locale.ts';

export interface ScriptMessages {
  birthDate: string;
  genderDigit: string;
  phoneNumber: string;
  code: string;
  wrongCode: string;
  otp: string;
  wrongOtp: string;
  attemptsLeft: (attemptsLeft: number) => string;
  lastSeconds: string;
  resentPush: string;
  resentSms: string;
  /** The text beside the resend button: when it can be pressed again, and how often. */
  resendIn: (seconds: number) => string;
  resendsLeft: (resends: number) => string;
  tooMany: (minutes: number) => string;
  resendRefused: string;
  windowOver: string;
  elsewhere: string;
  unreachable: string;
  failed: string;
}

/** The texts that the script shows while the window is open. */
export const MESSAGES: Record<Locale, ScriptMessages> = {
  ko: {
    birthDate: '생년월일 6자리를 정확히 입력해 주세요. 예: 900101',
    genderDigit: '주민등록번호 뒷자리의 첫 숫자를 입력해 주세요.',
    phoneNumber: '휴대폰번호를 정확히 입력해 주세요. 예: 010-1234-5678',
    code: '인증번호 6자리를 입력해 주세요.',
    wrongCode: '인증번호가 다릅니다. 휴대폰에 표시된 번호를 다시 확인해 주세요.',
    otp: 'OTP 6자리를 입력해 주세요.',
    wrongOtp: 'OTP가 다릅니다. 앱에서 다음 번호로 바뀌면 그 번호를 입력해 주세요.',
    attemptsLeft: (left) => `입력할 수 있는 횟수: ${left}번`,
    lastSeconds: '30초 남았습니다.',
    resentPush: '휴대폰에 알림을 다시 보냈습니다.',
    resentSms: '문자를 다시 보냈습니다.',
    resendIn: (seconds) => `${seconds}초 후`,
    resendsLeft: (resends) => `${resends}번 남음`,
    tooMany: (minutes) => `요청이 너무 많았습니다. ${minutes}분 후 다시 시도해 주세요.`,
    resendRefused: '더 이상 다시 보낼 수 없습니다.',
    windowOver: '창의 유효 시간이 지났습니다. 요청한 사이트에서 다시 시작해 주세요.',
    elsewhere: '이 창은 다른 브라우저에서 열렸습니다. 요청한 사이트에서 다시 시작해 주세요.',
    unreachable: '인터넷에 연결할 수 없습니다. 연결되면 이어서 진행됩니다.',
    failed: '처리하지 못했습니다. 잠시 후 다시 시도해 주세요.',
  },
  en: {
    birthDate: 'Enter the six digits of the birth date, such as 900101.',
    genderDigit: 'Enter the seventh digit of the resident registration number.',
    phoneNumber: 'Enter a mobile number, such as 010-1234-5678.',
    code: 'Enter the six digits of the code.',
    wrongCode: 'That code is wrong. Look at the phone again.',
    otp: 'Enter the six digits of the OTP.',
    wrongOtp: 'That OTP is wrong. Wait for the next one in the app and enter that.',
    attemptsLeft: (left) => `Tries left: ${left}`,
    lastSeconds: 'Thirty seconds left.',
    resentPush: 'The phone was notified again.',
    resentSms: 'The text message was sent again.',
    resendIn: (seconds) => `in ${seconds} s`,
    resendsLeft: (resends) => `${resends} left`,
    tooMany: (minutes) => `Too many requests. Try again in ${minutes === 1 ? 'a minute' : `${minutes} minutes`}.`,
    resendRefused: 'It cannot be sent again.',
    windowOver: 'This window has expired. Start again on the site that asked you.',
    elsewhere: 'This window was opened in another browser. Start again on the site that asked you.',
    unreachable: 'There is no connection. This page goes on by itself once there is.',
    failed: 'That did not work. Please try again in a moment.',
  },
};
