import type { AuthenticationState, DeclineReason } from '../../../phone/phone.ts';
import type { Locale } from '../page/locale.ts';

interface Sentence {
  title: string;
  text: string;
}

export interface PhoneMessages {
  app: string;
  welcome: Sentence;
  line: string;
  setUp: string;
  haveCode: string;
  enrolmentCode: string;
  enrolmentCodeFormat: string;
  useCode: string;
  notEligible: string;
  choosePin: Sentence;
  repeatPin: Sentence;
  pinsDiffer: string;
  pinGuessable: string;
  enrolling: string;
  test: Sentence;
  testWaiting: string;
  testConfirm: string;
  active: string;
  deviceName: string;
  home: { title: string; none: string; noneText: string; refresh: string; refreshed: string; history: string };
  serial: string;
  reset: string;
  resetSure: Sentence;
  resetYes: string;
  asks: (relyingParty: string) => string;
  purpose: string;
  where: string;
  whereUnknown: string;
  requestedAt: string;
  timeLeft: string;
  warning: string;
  enterPin: string;
  showCode: string;
  decline: string;
  back: string;
  pin: Sentence;
  pinTyped: (digits: number) => string;
  pinWrong: (attemptsLeft: number) => string;
  pinChecking: string;
  pinDigit: string;
  pinErase: string;
  locked: Sentence;
  code: Sentence;
  codeNote: string;
  lastSeconds: string;
  declineTitle: string;
  reasons: Record<DeclineReason, string>;
  ended: Record<Exclude<AuthenticationState, 'pending' | 'opened'>, Sentence>;
  done: string;
  history: { title: string; none: string; byPhone: (device: string) => string };
  states: Record<AuthenticationState, string>;
  channels: Record<'push' | 'sms', string>;
  unregistered: Sentence;
  again: string;
  unreachable: string;
  failed: string;
  codeInvalid: string;
  banner: { wake: Sentence; cancelled: Sentence };
}

/** Everything that the phone shows. */
export const MESSAGES: Record<Locale, PhoneMessages> = {
  ko: {
    app: '푸시 인증 보호',
    welcome: {
      title: '내 휴대폰을 등록해 주세요',
      text: '등록하면 본인확인 인증번호가 문자 대신 이 휴대폰의 앱으로만 옵니다.',
    },
    line: '시연용 회선',
    setUp: '이 회선으로 개통',
    haveCode: '등록 코드로 시작하기',
    enrolmentCode: '등록 코드',
    enrolmentCodeFormat: '홈페이지나 고객센터에서 받은 20자리 코드',
    useCode: '등록 코드 사용',
    notEligible: '이 회선은 가입할 수 없습니다',
    choosePin: { title: '비밀번호 6자리를 정해 주세요', text: '본인확인을 요청받을 때마다 입력합니다.' },
    repeatPin: { title: '한 번 더 입력해 주세요', text: '같은 비밀번호 6자리를 입력합니다.' },
    pinsDiffer: '두 비밀번호가 다릅니다. 처음부터 다시 정해 주세요.',
    pinGuessable: '추측하기 쉬운 비밀번호입니다. 다른 숫자로 정해 주세요.',
    enrolling: '휴대폰을 등록하고 있습니다',
    test: { title: '시험 인증번호가 도착했습니다', text: '이 휴대폰이 암호화된 알림을 받을 수 있는지 확인했습니다.' },
    testWaiting: '시험 인증번호를 기다리고 있습니다',
    testConfirm: '등록 마치기',
    active: '등록을 마쳤습니다.',
    deviceName: '화면 속 휴대폰',
    home: {
      title: '받은 요청',
      none: '기다리는 요청이 없습니다',
      noneText: '본인확인 창에서 요청하면 여기에 나타납니다.',
      refresh: '새로 고침',
      refreshed: '새로 고쳤습니다.',
      history: '이용 내역',
    },
    serial: '일련번호',
    reset: '휴대폰 초기화',
    resetSure: {
      title: '이 휴대폰을 초기화할까요?',
      text: '이 휴대폰에 저장된 키가 지워집니다. 다시 쓰려면 새로 등록해야 합니다.',
    },
    resetYes: '초기화',
    asks: (relyingParty) => `${relyingParty}에서 본인확인을 요청했습니다`,
    purpose: '용도',
    where: '요청한 곳',
    whereUnknown: '알 수 없음',
    requestedAt: '요청 시각',
    timeLeft: '남은 시간',
    warning: '내가 요청하지 않았다면 반드시 거절하세요.',
    enterPin: '비밀번호 입력',
    showCode: '인증번호 보기',
    decline: '거절',
    back: '뒤로',
    pin: { title: '비밀번호를 입력해 주세요', text: '맞으면 인증번호가 나타납니다.' },
    pinTyped: (digits) => `6자리 중 ${digits}자리 입력`,
    pinWrong: (left) => `비밀번호가 다릅니다. ${left}번 더 틀리면 잠깁니다.`,
    pinChecking: '확인하고 있습니다',
    pinDigit: '비밀번호 숫자판',
    pinErase: '지우기',
    locked: {
      title: '비밀번호가 잠겼습니다',
      text: '다섯 번 잘못 입력했습니다. 고객센터(114)에서 본인확인 후 잠금을 풀거나 휴대폰을 다시 등록해 주세요.',
    },
    code: { title: '인증번호', text: '본인확인 창에 이 번호를 입력하세요.' },
    codeNote: '전화나 문자로 번호를 묻는 사람에게 알려 주지 마세요.',
    lastSeconds: '30초 남았습니다.',
    declineTitle: '거절하는 까닭을 골라 주세요',
    reasons: {
      not_me: '내가 요청하지 않았습니다',
      cancelled: '요청했지만 그만두겠습니다',
      wrong_details: '요청한 곳이나 용도가 다릅니다',
    },
    ended: {
      verified: { title: '본인확인이 완료되었습니다', text: '요청한 곳에 확인 결과가 전달되었습니다.' },
      declined: {
        title: '요청을 거절했습니다',
        text: '본인확인 창에 바로 알렸습니다. 인증번호는 만들어지지 않습니다.',
      },
      expired: { title: '요청 시간이 지났습니다', text: '필요하면 본인확인 창에서 다시 요청해 주세요.' },
      failed: { title: '인증번호를 여러 번 잘못 입력했습니다', text: '안전을 위해 이 요청을 종료했습니다.' },
      cancelled: { title: '요청이 취소되었습니다', text: '본인확인 창에서 취소했거나 새로 요청했습니다.' },
    },
    done: '확인',
    history: { title: '이용 내역', none: '아직 이용 내역이 없습니다.', byPhone: (device) => `${device}에서 처리` },
    states: {
      pending: '대기 중',
      opened: '인증번호 확인',
      verified: '완료',
      declined: '거절',
      expired: '시간 지남',
      failed: '실패',
      cancelled: '취소',
    },
    channels: { push: '앱', sms: '문자' },
    unregistered: {
      title: '등록이 해지된 휴대폰입니다',
      text: '다른 휴대폰을 등록했거나 서비스를 해지했습니다. 계속 쓰려면 다시 등록해 주세요.',
    },
    again: '다시 등록하기',
    unreachable: '인터넷에 연결할 수 없습니다.',
    failed: '처리하지 못했습니다. 잠시 후 다시 시도해 주세요.',
    codeInvalid: '등록 코드가 맞지 않거나 10분이 지났습니다. 새 코드를 받아 주세요.',
    banner: {
      wake: { title: '본인확인 요청', text: '앱을 열어 확인해 주세요.' },
      cancelled: { title: '본인확인 취소', text: '요청이 취소되었습니다.' },
    },
  },
  en: {
    app: 'Push Guard',
    welcome: {
      title: 'Register this phone',
      text: 'From then on, verification codes come to the app on this phone alone, no longer by text message.',
    },
    line: 'Line to try',
    setUp: 'Set up with this line',
    haveCode: 'Start with an enrolment code',
    enrolmentCode: 'Enrolment code',
    enrolmentCodeFormat: '20 characters, from the website or the call centre',
    useCode: 'Use the code',
    notEligible: 'This line cannot subscribe',
    choosePin: { title: 'Choose a six-digit PIN', text: 'You enter it whenever a verification is requested.' },
    repeatPin: { title: 'Once more', text: 'Enter the same six digits.' },
    pinsDiffer: 'The two PINs differ. Choose again.',
    pinGuessable: 'That PIN is too easy to guess. Choose another one.',
    enrolling: 'Registering the phone',
    test: { title: 'The test code is here', text: 'This phone can receive and decrypt notifications.' },
    testWaiting: 'Waiting for the test code',
    testConfirm: 'Finish',
    active: 'The phone is registered.',
    deviceName: 'Phone on the screen',
    home: {
      title: 'Requests',
      none: 'Nothing is waiting',
      noneText: 'What a verification window asks of you appears here.',
      refresh: 'Refresh',
      refreshed: 'Up to date.',
      history: 'History',
    },
    serial: 'Serial number',
    reset: 'Reset the phone',
    resetSure: {
      title: 'Reset this phone?',
      text: 'Its keys are erased. To use it again it has to be registered anew.',
    },
    resetYes: 'Reset',
    asks: (relyingParty) => `${relyingParty} asks you to verify yourself`,
    purpose: 'Purpose',
    where: 'Asked from',
    whereUnknown: 'Unknown',
    requestedAt: 'Asked at',
    timeLeft: 'Time left',
    warning: 'If this was not you, decline.',
    enterPin: 'Enter PIN',
    showCode: 'Show the code',
    decline: 'Decline',
    back: 'Back',
    pin: { title: 'Enter your PIN', text: 'If it is right, the code appears.' },
    pinTyped: (digits) => `${digits} of 6 digits`,
    pinWrong: (left) => `Wrong PIN. ${left === 1 ? 'One try' : `${left} tries`} left.`,
    pinChecking: 'Checking',
    pinDigit: 'PIN keypad',
    pinErase: 'Erase',
    locked: {
      title: 'The PIN is locked',
      text: 'It was wrong five times. Have the call centre (114) unlock it, or register the phone again.',
    },
    code: { title: 'Your code', text: 'Type this number into the verification window.' },
    codeNote: 'Tell it to nobody who asks by phone or text message.',
    lastSeconds: 'Thirty seconds left.',
    declineTitle: 'Why do you decline?',
    reasons: {
      not_me: 'I did not ask for this',
      cancelled: 'I asked, but changed my mind',
      wrong_details: 'The site or the purpose is wrong',
    },
    ended: {
      verified: { title: 'You are verified', text: 'The result went to whoever asked.' },
      declined: { title: 'You declined', text: 'The window was told at once. No code is made.' },
      expired: { title: 'Time is up', text: 'Ask again in the window if you need to.' },
      failed: { title: 'The code was wrong too often', text: 'To keep you safe, the request has ended.' },
      cancelled: { title: 'The request was cancelled', text: 'The window was closed, or asked anew.' },
    },
    done: 'OK',
    history: { title: 'History', none: 'Nothing yet.', byPhone: (device) => `on ${device}` },
    states: {
      pending: 'Waiting',
      opened: 'Code shown',
      verified: 'Verified',
      declined: 'Declined',
      expired: 'Expired',
      failed: 'Failed',
      cancelled: 'Cancelled',
    },
    channels: { push: 'App', sms: 'SMS' },
    unregistered: {
      title: 'This phone is no longer registered',
      text: 'Another phone was registered, or the service was cancelled. Register again to go on.',
    },
    again: 'Register again',
    unreachable: 'There is no connection.',
    failed: 'That did not work. Please try again in a moment.',
    codeInvalid: 'The enrolment code is wrong or older than ten minutes. Get a new one.',
    banner: {
      wake: { title: 'Verification request', text: 'Open the app to look at it.' },
      cancelled: { title: 'Verification cancelled', text: 'The request was cancelled.' },
    },
  },
};
