import type { Locale } from '../../domain/locale.ts';

export interface LetterMessages {
  title: string;
  sender: string;
  date: string;
  number: string;
  line: string;
  text: string;
  steps: readonly [string, string, string];
  code: string;
  qr: string;
  until: (when: string) => string;
  once: string;
  notYou: { title: string; text: string };
  secret: string;
}

/** The activation letter, which has both languages on one sheet. */
export const LETTER_MESSAGES: Record<Locale, LetterMessages> = {
  ko: {
    title: '앱 등록 안내문',
    sender: '휴대폰인증보호 고객센터',
    date: '날짜',
    number: '재발급 번호',
    line: '휴대폰 번호',
    text: '신청하신 재발급이 승인되었습니다. 아래 코드로 새 휴대폰에 휴대폰인증보호 앱을 등록해 주세요. 이전 휴대폰의 앱은 더는 쓸 수 없습니다.',
    steps: [
      '새 휴대폰에 휴대폰인증보호 앱을 설치하고 엽니다.',
      '‘등록 코드로 시작하기’를 눌러 QR 코드를 찍거나 코드를 입력합니다.',
      '비밀번호(PIN)를 정하고 시험 인증번호를 확인합니다.',
    ],
    code: '등록 코드',
    qr: '등록 코드가 든 QR 코드',
    until: (when) => `${when}까지`,
    once: '한 번만 쓸 수 있습니다',
    notYou: {
      title: '신청하지 않으셨나요?',
      text: '코드를 쓰지 말고 바로 고객센터에 알려 주세요.',
    },
    secret: '이 코드는 아무에게도 알려 주지 마세요. 고객센터도 묻지 않습니다.',
  },
  en: {
    title: 'Activation letter',
    sender: 'Push Guard call centre',
    date: 'Date',
    number: 'Reissue number',
    line: 'Mobile number',
    text: 'Your reissue is approved. Enrol the app on your new phone with the code above. The app on the old phone can no longer be used.',
    steps: [
      'Install the app on the new phone and open it.',
      'Start with an enrolment code: scan the QR code, or type the code.',
      'Choose a PIN and confirm the test code.',
    ],
    code: 'Enrolment code',
    qr: 'QR code with the enrolment code',
    until: (when) => `until ${when}`,
    once: 'It can be used once',
    notYou: { title: 'You did not ask for this?', text: 'Do not use the code. Tell the call centre at once.' },
    secret: 'Tell nobody this code. The call centre does not ask for it.',
  },
};
