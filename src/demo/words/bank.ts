import type { Locale } from '../../pages/locale.ts';

export interface BankMessages {
  bank: string;
  tagline: string;
  title: string;
  customer: string;
  transfer: { title: string; text: string; payee: string; account: string; amount: string; submit: string };
  purpose: string;
  /** Values typed in beforehand, so that one press is enough. */
  example: { payee: string; account: string; amount: string };
  won: (amount: string) => string;
  refused: Record<'invalid' | 'tooMany' | 'other', string>;
  smartOtp: { title: string; text: string; card: string; cardText: string; submit: string };
  issued: {
    title: string;
    text: string;
    code: string;
    qr: string;
    vendorCode: string;
    card: string;
    cardText: string;
    copy: string;
    copied: string;
  };
  sign: { title: string; text: string; code: string; hint: string; submit: string; wrong: (left: number) => string };
  signed: { title: string; text: string };
  ended: { title: string; text: string };
  unknown: { title: string; text: string };
  again: string;
  shop: string;
}

/** The texts of the demonstration bank. */
export const BANK_MESSAGES: Record<Locale, BankMessages> = {
  ko: {
    bank: '두루은행',
    tagline: '스마트OTP로 거래에 서명하는 은행 (시연용 사이트)',
    title: '이체',
    customer: '고객',
    transfer: {
      title: '이체',
      text: '이체를 누르면 스마트OTP 앱에 이 거래가 나타납니다. 스마트OTP가 없다면 아래에서 먼저 발급받아 주세요.',
      payee: '받는 분',
      account: '계좌',
      amount: '금액',
      submit: '이체하기',
    },
    purpose: '이체',
    example: { payee: '홍길동', account: '두루은행 110-234-567890', amount: '1,250,000' },
    won: (amount) => `${amount}원`,
    refused: {
      invalid: '받는 분, 계좌, 금액을 모두 한 줄로 입력해 주세요. 금액은 숫자로 입력합니다.',
      tooMany: '요청이 너무 많았습니다. 잠시 후 다시 시도해 주세요.',
      other: '처리하지 못했습니다. 잠시 후 다시 시도해 주세요.',
    },
    smartOtp: {
      title: '스마트OTP 발급',
      text: '은행이 고객의 휴대폰에 거래 서명용 OTP를 발급합니다. 앱에 가입한 고객만 등록할 수 있습니다.',
      card: 'IC카드도 함께 발급 (시연용 가상 카드)',
      cardText: '카드가 있으면 서명할 때마다 휴대폰 뒷면에 카드를 댑니다.',
      submit: '스마트OTP 발급',
    },
    issued: {
      title: '스마트OTP를 발급했습니다',
      text: '휴대폰의 앱에서 스마트OTP 추가를 누르고, QR 코드를 찍거나 등록 코드를 입력하세요. 10분 동안 한 번 쓸 수 있습니다.',
      code: '등록 코드',
      qr: '등록 코드가 든 QR 코드',
      vendorCode: '기관 코드',
      card: '가상 카드',
      cardText:
        '등록할 때 앱에 붙여 넣으세요. 실제 카드의 개인키는 카드 밖으로 나오지 않습니다. 이 화면을 닫으면 다시 볼 수 없습니다.',
      copy: '복사',
      copied: '복사했습니다',
    },
    sign: {
      title: '앱에서 거래를 확인하고 코드 8자리를 입력하세요',
      text: '앱에 나타난 내용이 아래와 한 글자도 다르지 않은지 확인해 주세요.',
      code: '코드 8자리',
      hint: '코드는 이 거래에만 쓸 수 있습니다. 누구에게도 알려 주지 마세요.',
      submit: '서명 확인',
      wrong: (left) => `코드가 다릅니다. 앱에서 거래를 열어 다시 확인해 주세요. 남은 횟수: ${left}번`,
    },
    signed: {
      title: '이체했습니다',
      text: '은행 서버가 코드와 거래 내용을 함께 확인했습니다. 시연이라 돈은 움직이지 않습니다.',
    },
    ended: {
      title: '이체하지 않았습니다',
      text: '앱에서 거절했거나, 시간이 지났거나, 코드를 다섯 번 잘못 입력했습니다. 처음부터 다시 진행해 주세요.',
    },
    unknown: { title: '진행 중인 이체가 없습니다', text: '처음부터 다시 진행해 주세요.' },
    again: '이체 화면으로',
    shop: '한빛서점으로',
  },
  en: {
    bank: 'Duru Bank',
    tagline: 'A bank whose transfers are signed by Smart OTP (a demonstration)',
    title: 'Transfer',
    customer: 'Customer',
    transfer: {
      title: 'Transfer',
      text: 'The transfer then appears in the Smart OTP app. Issue a Smart OTP below first if you have none.',
      payee: 'To',
      account: 'Account',
      amount: 'Amount (won)',
      submit: 'Transfer',
    },
    purpose: 'Transfer',
    example: { payee: 'Hong Gildong', account: 'Duru Bank 110-234-567890', amount: '1,250,000' },
    won: (amount) => `${amount} won`,
    refused: {
      invalid: 'Fill in all three, each in one line; the amount in digits.',
      tooMany: 'Too many requests. Try again later.',
      other: 'That did not work. Try again in a moment.',
    },
    smartOtp: {
      title: 'Issue a Smart OTP',
      text: 'The bank gives its customer’s phone what signs transactions. It can be set up by subscribers of the app.',
      card: 'With a card (simulated)',
      cardText: 'A card is then held to the back of the phone for every signature.',
      submit: 'Issue a Smart OTP',
    },
    issued: {
      title: 'The Smart OTP is issued',
      text: 'In the app on the phone, choose to add a Smart OTP and scan the QR code or type the code. It is good once, for ten minutes.',
      code: 'Enrolment code',
      qr: 'QR code with the enrolment code',
      vendorCode: 'Vendor code',
      card: 'Simulated card',
      cardText:
        'Paste it into the app while you set it up. A real card’s private key never leaves it. It is not shown again.',
      copy: 'Copy',
      copied: 'Copied',
    },
    sign: {
      title: 'Check the transaction in the app and enter its eight digits',
      text: 'See that the app shows this, letter by letter.',
      code: 'Eight-digit code',
      hint: 'The code is good for this transaction alone. Never tell it to anybody.',
      submit: 'Confirm',
      wrong: (left) => `That code is wrong. Open the transaction in the app and look again. Tries left: ${left}`,
    },
    signed: {
      title: 'Transferred',
      text: 'The bank’s server verified the code together with the transaction. No money moves.',
    },
    ended: {
      title: 'Not transferred',
      text: 'It was declined in the app, its time is up, or the code was wrong five times. Please start again.',
    },
    unknown: { title: 'There is no transfer under way', text: 'Please start again.' },
    again: 'Back to transfers',
    shop: 'To Hanbit Books',
  },
};
