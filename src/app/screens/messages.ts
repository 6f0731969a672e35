import type { AuthenticationState, DeclineReason } from '../../phone/phone.ts';
import type { Locale } from '../../pages/browser/locale.ts';

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
  enrolmentCodeElsewhere: string;
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
  home: { title: string; none: string; noneText: string; refresh: string; refreshed: string; recent: string };
  serial: string;
  settings: {
    title: string;
    past: string;
    sms: string;
    pin: string;
    institutions: string;
    authenticators: string;
    addSmartOtp: string;
    notices: string;
    again: string;
    register: string;
    reset: string;
    language: string;
    otherLanguage: string;
  };
  resetSure: Sentence;
  resetYes: string;
  asks: (relyingParty: string) => string;
  purpose: string;
  where: string;
  whereUnknown: string;
  requestedAt: string;
  timeLeft: string;
  enterPin: string;
  showCode: string;
  decline: string;
  notMe: string;
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
  readAloud: string;
  lastSeconds: string;
  declineTitle: string;
  reasons: Record<Exclude<DeclineReason, 'not_me'>, string>;
  ended: Record<Exclude<AuthenticationState, 'pending' | 'opened'>, Sentence>;
  blocked: Sentence & {
    whatToDo: string;
    call: string;
    callNumber: string;
    password: (relyingParty: string) => string;
    look: string;
  };
  done: string;
  history: {
    title: string;
    none: string;
    show: string;
    byPhone: (device: string) => string;
    smsPermitted: string;
    smsPermittedFor: string;
  };
  sms: {
    title: string;
    text: (minutes: number) => string;
    warning: string;
    choose: string;
    none: string;
    off: string;
    refuses: string;
    pin: (relyingParty: string, minutes: number) => string;
    pinText: string;
    active: (relyingParty: string) => string;
    started: string;
    endNow: string;
    ended: string;
    refused: string;
  };
  changePin: { old: Sentence; chosen: Sentence; same: string; done: Sentence };
  enrolAgain: Sentence & { website: string; call: string };
  notices: { title: string; none: string; look: string; kinds: Record<string, string | Record<string, string>> };
  states: Record<AuthenticationState, string>;
  channels: Record<'push' | 'sms' | 'otp' | 'sign', string>;
  unregistered: Sentence;
  again: string;
  unreachable: string;
  failed: string;
  codeInvalid: string;
  banner: { wake: Sentence; cancelled: Sentence; notice: string };
}

/** All texts of the app. */
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
    enrolmentCodeElsewhere: '다른 서비스의 등록 코드입니다. 이 앱의 코드를 받아 주세요.',
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
      recent: '최근 이용 내역',
    },
    serial: '일련번호',
    settings: {
      title: '설정',
      past: '이용 내역',
      sms: '웹사이트 한 곳만 문자로 받기',
      pin: '비밀번호 변경',
      institutions: '등록된 기관',
      authenticators: '내 인증기',
      addSmartOtp: '스마트OTP 추가',
      notices: '알림',
      again: '휴대폰 다시 등록',
      register: '휴대폰 등록',
      reset: '휴대폰 초기화',
      language: '언어',
      otherLanguage: 'English',
    },
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
    enterPin: '비밀번호 입력',
    showCode: '인증번호 보기',
    decline: '거절',
    notMe: '내가 요청하지 않았습니다',
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
    readAloud: '소리로 듣기',
    lastSeconds: '30초 남았습니다.',
    declineTitle: '거절하는 까닭을 골라 주세요',
    reasons: {
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
    blocked: {
      title: '요청을 막았습니다',
      text: '이 요청으로는 아무도 본인확인을 할 수 없습니다. 다만 누군가 내 이름과 번호를 알고 시도했을 수 있습니다.',
      whatToDo: '이렇게 해 주세요',
      call: '고객센터에 전화해 요청하지 않은 본인확인이 있었다고 알려 주세요.',
      callNumber: '114에 전화',
      password: (relyingParty) => `${relyingParty}에 계정이 있다면 비밀번호를 바꿔 주세요.`,
      look: '이용 내역에 모르는 본인확인이 있는지 살펴보세요.',
    },
    done: '확인',
    history: {
      title: '이용 내역',
      none: '아직 이용 내역이 없습니다.',
      show: '이용 내역 보기',
      byPhone: (device) => `${device}에서 처리`,
      smsPermitted: '문자 허용',
      smsPermittedFor: '인증번호를 문자로 받은 시간',
    },
    sms: {
      title: '웹사이트 한 곳만 문자로 받기',
      text: (minutes) =>
        `인증번호를 문자에서 직접 읽어 가는 웹사이트는 앱의 번호를 쓰지 못합니다. 그런 곳 하나를 골라 ${minutes}분 동안만 문자로 받을 수 있습니다.`,
      warning: '문자는 다른 앱이 훔쳐볼 수 있습니다. 누군가 이 설정을 켜라고 시켰다면 사기이니 멈춰 주세요.',
      choose: '웹사이트 고르기',
      none: '아직 본인확인을 요청한 웹사이트가 없습니다. 한 번 요청하면 여기에 나타납니다.',
      off: '이 서비스에서는 인증번호를 문자로 받을 수 없습니다.',
      refuses: '문자를 허용하지 않는 곳',
      pin: (relyingParty, minutes) => `${relyingParty}의 인증번호를 ${minutes}분 동안 문자로 받을까요?`,
      pinText: '비밀번호를 입력하면 바로 시작됩니다.',
      active: (relyingParty) => `${relyingParty}의 인증번호를 문자로 받고 있습니다`,
      started: '지금부터 문자로 받습니다.',
      endNow: '지금 끝내기',
      ended: '끝났습니다. 인증번호를 다시 앱으로 받습니다.',
      refused: '이 웹사이트는 문자를 허용하지 않습니다.',
    },
    changePin: {
      old: { title: '지금 쓰는 비밀번호를 입력해 주세요', text: '맞으면 새 비밀번호를 정할 수 있습니다.' },
      chosen: { title: '새 비밀번호 6자리를 정해 주세요', text: '다른 곳에서 쓰지 않는 번호로 정해 주세요.' },
      same: '지금 쓰는 비밀번호와 같습니다. 다른 번호로 정해 주세요.',
      done: { title: '비밀번호를 바꿨습니다', text: '이제부터 새 비밀번호를 입력해 주세요.' },
    },
    enrolAgain: {
      title: '휴대폰 다시 등록',
      text: '앱에 문제가 있거나 USIM을 바꿨다면 새 등록 코드로 다시 등록해 주세요. 코드는 10분 동안 한 번만 쓸 수 있습니다.',
      website: '홈페이지에서 본인확인 후 새 등록 코드를 받거나',
      call: '고객센터(114)에 전화해 새 등록 코드를 받습니다.',
    },
    notices: {
      title: '알림',
      none: '받은 알림이 없습니다.',
      look: '등록된 기관 보기',
      kinds: {
        joined: '인증보호에 가입되었습니다. 앱을 등록하면 보호가 시작됩니다.',
        resumed: '인증보호가 다시 시작되었습니다.',
        device_enrolled: '이 번호의 앱이 등록되었습니다. 본인이 아니면 고객센터(114)에 알려 주세요.',
        device_retired: '휴대폰이 변경되어 이 휴대폰의 앱은 해제되었습니다. 본인이 아니면 고객센터에 알려 주세요.',
        device_replaced: '다른 휴대폰에 앱이 등록되어 이 휴대폰은 해제되었습니다.',
        smart_otp_enrolled: '이 번호로 스마트OTP가 등록되었습니다. 본인이 아니면 고객센터(114)에 알려 주세요.',
        registration_asked: '다른 기관이 내 인증기를 등록하려고 합니다. 확인하거나 거절해 주세요.',
        enrol_again: '휴대폰이 변경되었습니다. 앱을 다시 등록해 주세요.',
        suspended: {
          line_suspended: '회선이 정지되어 인증보호가 일시 정지되었습니다.',
          loss_reported: '분실 신고로 인증보호가 일시 정지되었습니다. 본인이 아니면 고객센터(114)에 알려 주세요.',
          sim_swapped: 'USIM이 변경되어 인증보호가 정지되었습니다. 앱을 다시 등록해 주세요.',
        },
        cancelled: {
          website: '홈페이지에서 인증보호가 해지되었습니다. 본인이 아니면 고객센터(114)에 알려 주세요.',
          call_centre: '고객센터를 통해 인증보호가 해지되었습니다.',
          ported_out: '번호이동으로 인증보호가 해지되었습니다.',
          owner_changed: '명의변경으로 인증보호가 해지되었습니다.',
          unsupported_device: '앱이 지원되지 않는 휴대폰으로 바뀌어 인증보호가 해지되었습니다.',
          line_terminated: '회선 해지로 인증보호가 해지되었습니다.',
          ineligible_plan: '가입할 수 없는 요금제로 바뀌어 인증보호가 해지되었습니다.',
        },
      },
    },
    states: {
      pending: '대기 중',
      opened: '인증번호 확인',
      verified: '완료',
      declined: '거절',
      expired: '시간 지남',
      failed: '실패',
      cancelled: '취소',
    },
    channels: { push: '앱', sms: '문자', otp: 'OTP', sign: '거래 서명' },
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
      notice: '휴대폰인증보호',
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
    enrolmentCodeElsewhere: 'That code belongs to another service. Get one for this app.',
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
      recent: 'Recent requests',
    },
    serial: 'Serial number',
    settings: {
      title: 'Settings',
      past: 'History',
      sms: 'SMS for one website',
      pin: 'Change PIN',
      institutions: 'Institutions',
      authenticators: 'My authenticators',
      addSmartOtp: 'Add a Smart OTP',
      notices: 'Notices',
      again: 'Enrol again',
      register: 'Register this phone',
      reset: 'Reset the phone',
      language: 'Language',
      otherLanguage: '한국어',
    },
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
    enterPin: 'Enter PIN',
    showCode: 'Show the code',
    decline: 'Decline',
    notMe: 'This wasn’t me',
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
    readAloud: 'Read aloud',
    lastSeconds: 'Thirty seconds left.',
    declineTitle: 'Why do you decline?',
    reasons: {
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
    blocked: {
      title: 'The request is blocked',
      text: 'Nobody can verify as you with it. But somebody may have tried who knows your name and number.',
      whatToDo: 'What to do now',
      call: 'Tell the call centre that somebody asked for a verification in your name.',
      callNumber: 'Call 114',
      password: (relyingParty) => `If you have an account with ${relyingParty}, change its password.`,
      look: 'Look through the history for verifications that you do not know.',
    },
    done: 'OK',
    history: {
      title: 'History',
      none: 'Nothing yet.',
      show: 'Show the history',
      byPhone: (device) => `on ${device}`,
      smsPermitted: 'SMS permitted',
      smsPermittedFor: 'Codes came by SMS in this time',
    },
    sms: {
      title: 'SMS for one website',
      text: (minutes) =>
        `Some websites read the code out of a text message themselves and cannot use the one in the app. You can receive the codes of one such website by SMS for ${minutes} minutes.`,
      warning: 'Other apps may read your text messages. If somebody told you to switch this on, it is a fraud: stop.',
      choose: 'Choose the website',
      none: 'No website has asked you to verify yet. It appears here once it has.',
      off: 'This service sends no codes by SMS.',
      refuses: 'Does not allow SMS',
      pin: (relyingParty, minutes) => `Receive codes of ${relyingParty} by SMS for ${minutes} minutes?`,
      pinText: 'It begins as soon as you enter your PIN.',
      active: (relyingParty) => `Codes of ${relyingParty} come by SMS`,
      started: 'Codes come by SMS from now on.',
      endNow: 'End now',
      ended: 'It has ended. Codes come to the app again.',
      refused: 'This website does not allow SMS.',
    },
    changePin: {
      old: { title: 'Enter your present PIN', text: 'If it is right, you can choose a new one.' },
      chosen: { title: 'Choose a new six-digit PIN', text: 'Take one that you use nowhere else.' },
      same: 'That is your present PIN. Choose another one.',
      done: { title: 'Your PIN is changed', text: 'Enter the new one from now on.' },
    },
    enrolAgain: {
      title: 'Enrol again',
      text: 'If the app does not work as it should, or your SIM was replaced, enrol with a new code. It is good once, for ten minutes.',
      website: 'Verify yourself on the website and get a new code there, or',
      call: 'call the call centre (114) and have a new code read to you.',
    },
    notices: {
      title: 'Notices',
      none: 'No notices.',
      look: 'Look at the institutions',
      kinds: {
        joined: 'You have joined. Protection begins when the app is registered.',
        resumed: 'Protection has begun again.',
        device_enrolled: 'An app was registered for this number. If it was not you, call the call centre (114).',
        device_retired: 'The carrier knows another phone now; this one is out of use. If that was not you, call 114.',
        device_replaced: 'Another phone was registered in the place of this one.',
        smart_otp_enrolled:
          'A Smart OTP was registered for this number. If it was not you, call the call centre (114).',
        registration_asked: 'An institution wants to register your authenticator. Confirm it or decline.',
        enrol_again: 'Your phone was changed. Register the app again.',
        suspended: {
          line_suspended: 'Your line was suspended, and protection with it.',
          loss_reported: 'Protection is suspended: a loss was reported. If it was not you, call the call centre (114).',
          sim_swapped: 'Protection is suspended: your SIM was replaced. Register the app again.',
        },
        cancelled: {
          website: 'The service was cancelled on the website. If it was not you, call the call centre (114).',
          call_centre: 'The service was cancelled by the call centre.',
          ported_out: 'The service has ended: your number moved to another carrier.',
          owner_changed: 'The service has ended: the line has another owner.',
          unsupported_device: 'The service has ended: the app does not run on your new phone.',
          line_terminated: 'The service has ended: the line was terminated.',
          ineligible_plan: 'The service has ended: your new plan cannot have it.',
        },
      },
    },
    states: {
      pending: 'Waiting',
      opened: 'Code shown',
      verified: 'Verified',
      declined: 'Declined',
      expired: 'Expired',
      failed: 'Failed',
      cancelled: 'Cancelled',
    },
    channels: { push: 'App', sms: 'SMS', otp: 'OTP', sign: 'Signed transaction' },
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
      notice: 'Push Guard',
    },
  },
};
