import type { AuthenticatorKind } from '../../phone/phone.ts';
import type { Locale } from '../../pages/browser/locale.ts';
import type { PhoneMessages } from './messages.ts';

interface Sentence {
  title: string;
  text: string;
}

/** The terms that the person accepts before the phone gets a secret. */
interface Consent extends Sentence {
  collected: string;
  purpose: string;
  kept: string;
  notPossible: string;
}

interface CodeMessages {
  consent: {
    collected: string;
    purpose: string;
    kept: string;
    version: string;
    agree: string;
    proceed: string;
    missing: string;
    pin: Sentence;
    of: Record<AuthenticatorKind, Consent>;
  };
  otp: {
    open: string;
    pin: Sentence;
    forgotten: string;
    shown: Sentence;
    left: string;
    seconds: (seconds: number) => string;
    next: string;
    hidden: string;
    locked: string;
  };
  smartOtp: {
    name: string;
    of: (institution: string) => string;
    add: Sentence;
    format: string;
    deviceName: (device: string) => string;
    unfinished: string;
    finish: string;
    done: (name: string) => Sentence;
    ended: (name: string) => string;
    remove: string;
    only: string;
  };
  card: {
    given: string;
    label: string;
    simulation: string;
    malformed: string;
    tap: Sentence;
    play: string;
    missing: string;
    mismatch: string;
  };
  /** The texts of a signing request that differ from those of a verification request. */
  signing: Pick<PhoneMessages, 'asks' | 'pin' | 'ended' | 'blocked'> & {
    compare: string;
    transaction: string;
    code: Sentence;
    gone: Sentence;
    again: string;
  };
  institutions: {
    title: string;
    text: string;
    none: string;
    asks: (institution: string) => string;
    device: string;
    confirm: string;
    decline: string;
    pin: (institution: string) => Sentence;
    confirmed: string;
    declined: string;
    standing: string;
    since: (day: string) => string;
    revoke: string;
    revokeOf: (institution: string) => string;
    sure: (institution: string) => Sentence;
    revoked: string;
    over: string;
  };
  authenticators: {
    title: string;
    text: string;
    phone: string;
    vendorCode: string;
    state: string;
    noOtp: string;
    works: string;
    unfinished: string;
    locked: string;
    changePin: string;
  };
}

/** The app's texts about the codes that the phone computes itself, and about the institutions that may request them. */
export const CODE_MESSAGES: Record<Locale, CodeMessages> = {
  ko: {
    consent: {
      collected: '수집 항목',
      purpose: '이용 목적',
      kept: '보유 기간',
      version: '약관',
      agree: '개인정보 수집과 이용에 동의합니다 (필수)',
      proceed: '동의하고 계속',
      missing: '동의해야 계속할 수 있습니다.',
      pin: { title: '비밀번호를 입력해 주세요', text: '맞으면 인증기가 등록됩니다.' },
      of: {
        otp: {
          title: 'OTP 번호 사용 동의',
          text: '인터넷이 없어도 이 휴대폰이 30초마다 새 번호를 만듭니다.',
          collected: '휴대폰 일련번호, 번호를 만드는 비밀값(암호화), 시계의 오차, 틀린 횟수, 동의한 약관과 시각',
          purpose: 'OTP 번호로 본인확인',
          kept: '가입을 해지할 때까지 쓰고, 이용 내역은 정해진 기간 뒤 지웁니다.',
          notPossible: '지금은 OTP를 등록할 수 없습니다. 인증보호가 정지 중인지 고객센터(114)에 확인해 주세요.',
        },
        sign: {
          title: '스마트OTP 사용 동의',
          text: '이체 같은 거래를 이 휴대폰에서 눈으로 확인하고 서명합니다.',
          collected:
            '휴대폰 일련번호, 번호를 만드는 비밀값(암호화), 카드가 있으면 카드의 공개키, 틀린 횟수, 동의한 약관과 시각',
          purpose: '기관이 요청한 거래의 서명. 거래 내용은 요청이 끝나면 바로 지웁니다.',
          kept: '가입을 해지할 때까지 쓰고, 이용 내역은 정해진 기간 뒤 지웁니다.',
          notPossible:
            '스마트OTP로 등록할 수 없습니다. 기관에서 받은 코드였는지, 인증보호가 정지 중인지 확인해 주세요.',
        },
      },
    },
    otp: {
      open: 'OTP 번호',
      pin: { title: '비밀번호를 입력해 주세요', text: '비밀번호가 다르면 틀린 번호가 나옵니다.' },
      forgotten: '비밀번호를 잊었어요 · 다시 등록',
      shown: { title: 'OTP 번호', text: '본인확인 화면에 이 번호를 입력하세요.' },
      left: '새 번호까지',
      seconds: (seconds) => `${seconds}초`,
      next: '번호가 바뀌었습니다.',
      hidden: '안전을 위해 번호를 숨겼습니다.',
      locked: '틀린 번호가 다섯 번 입력되어 OTP가 잠겼습니다. 앱 알림으로 본인확인을 한 번 하면 풀립니다.',
    },
    smartOtp: {
      name: '스마트OTP',
      of: (institution) => `${institution} 스마트OTP`,
      add: { title: '스마트OTP 추가', text: '은행이나 증권사에서 받은 등록 코드나 QR 링크를 입력해 주세요.' },
      format: '기관에서 받은 20자리 코드, 또는 pushguard://로 시작하는 링크',
      deviceName: (device) => `스마트OTP (${device})`,
      unfinished: '스마트OTP 등록이 끝나지 않았습니다',
      finish: '눌러서 마저 등록하기',
      done: (name) => ({
        title: `${name}를 등록했습니다`,
        text: '다른 기관에도 쓰려면 그 기관에 아래 두 가지를 알려 주세요.',
      }),
      ended: (name) => `${name}가 해지되었거나 다른 휴대폰에 등록되었습니다.`,
      remove: '이 휴대폰에서 지우기',
      only: '스마트OTP만 쓰기',
    },
    card: {
      given: '카드가 있습니다',
      label: '모의 카드의 개인키 (JWK)',
      simulation: '시연용입니다. 실제 카드의 키는 카드 밖으로 나오지 않고, 앱은 NFC로 카드에 물어봅니다.',
      malformed: '카드의 JSON을 읽을 수 없습니다. 받은 그대로 붙여 넣어 주세요.',
      tap: { title: '카드를 휴대폰 뒷면에 대세요', text: '카드가 이 거래 하나만 승인합니다.' },
      play: '모의 카드 대기',
      missing: '이 휴대폰에 모의 카드가 없습니다.',
      mismatch: '등록된 카드가 아닙니다. 기관에서 받은 카드를 대 주세요.',
    },
    signing: {
      asks: (institution) => `${institution}에서 거래 서명을 요청했습니다`,
      compare: '내가 하려는 거래와 모두 같을 때만 계속하세요.',
      transaction: '서명할 거래',
      pin: { title: '비밀번호를 입력해 주세요', text: '맞으면 이 거래의 서명번호가 나타납니다.' },
      code: { title: '서명번호', text: '거래하던 화면에 이 여덟 자리를 입력하세요.' },
      gone: { title: '서명번호를 숨겼습니다', text: '1분이 지났습니다. 필요하면 비밀번호를 다시 입력해 주세요.' },
      again: '서명번호 다시 보기',
      ended: {
        verified: { title: '거래 서명이 확인되었습니다', text: '요청한 기관에 확인 결과가 전달되었습니다.' },
        declined: { title: '서명을 거절했습니다', text: '요청한 기관에 바로 알렸습니다. 이 거래는 승인되지 않습니다.' },
        expired: { title: '요청 시간이 지났습니다', text: '필요하면 거래하던 화면에서 다시 요청해 주세요.' },
        failed: { title: '서명번호가 여러 번 틀렸습니다', text: '안전을 위해 이 요청을 종료했습니다.' },
        cancelled: { title: '요청이 취소되었습니다', text: '거래하던 화면에서 취소했거나 새로 요청했습니다.' },
      },
      blocked: {
        title: '거래를 막았습니다',
        text: '이 요청으로는 아무도 거래할 수 없습니다. 다만 누군가 내 이름으로 거래하려 했을 수 있습니다.',
        whatToDo: '이렇게 해 주세요',
        call: '고객센터에 전화해 요청하지 않은 거래 서명이 있었다고 알려 주세요.',
        callNumber: '114에 전화',
        password: (institution) => `${institution}에 바로 알리고 비밀번호를 바꿔 주세요.`,
        look: '이용 내역에 모르는 거래 서명이 있는지 살펴보세요.',
      },
    },
    institutions: {
      title: '등록된 기관',
      text: '내 인증기에 번호를 요청할 수 있는 기관입니다.',
      none: '등록된 기관이 없습니다.',
      asks: (institution) => `${institution}에서 내 인증기를 등록하려고 합니다`,
      device: '인증기',
      confirm: '비밀번호로 확인',
      decline: '거절',
      pin: (institution) => ({
        title: `${institution}에 등록할까요?`,
        text: '이 인증기의 비밀번호를 입력해 주세요.',
      }),
      confirmed: '기관을 등록했습니다.',
      declined: '등록 요청을 거절했습니다.',
      standing: '등록됨',
      since: (day) => `${day}부터`,
      revoke: '해지',
      revokeOf: (institution) => `${institution} 해지`,
      sure: (institution) => ({
        title: `${institution} 등록을 해지할까요?`,
        text: '이 기관은 더 이상 내 인증기에 요청할 수 없습니다. 다시 쓰려면 기관에서 새로 등록해야 합니다.',
      }),
      revoked: '등록을 해지했습니다.',
      over: '이미 끝난 등록 요청입니다.',
    },
    authenticators: {
      title: '내 인증기',
      text: '기관에 등록할 때 일련번호와 벤더 코드를 알려 주세요.',
      phone: '이 휴대폰',
      vendorCode: '벤더 코드',
      state: '상태',
      noOtp: 'OTP 등록 전',
      works: '사용 중',
      unfinished: '등록 중',
      locked: '잠김 · 앱 알림으로 본인확인을 한 번 하면 풀립니다',
      changePin: '비밀번호 변경',
    },
  },
  en: {
    consent: {
      collected: 'What is collected',
      purpose: 'What for',
      kept: 'For how long',
      version: 'Terms',
      agree: 'I agree to this being collected and used (required)',
      proceed: 'Agree and continue',
      missing: 'You have to agree to go on.',
      pin: { title: 'Enter your PIN', text: 'If it is right, the authenticator is registered.' },
      of: {
        otp: {
          title: 'Before you use one-time codes',
          text: 'This phone makes a new code every 30 seconds, even without a connection.',
          collected:
            'The phone’s serial number, the secret that makes codes (encrypted), how far its clock is off, wrong tries, and which terms you agreed to and when',
          purpose: 'Verifying you by one-time codes',
          kept: 'Used until you cancel the service; the history is erased after its fixed time.',
          notPossible:
            'One-time codes cannot be set up now. Ask the call centre (114) whether protection is suspended.',
        },
        sign: {
          title: 'Before you use the Smart OTP',
          text: 'You look at transfers and the like on this phone, and sign them here.',
          collected:
            'The phone’s serial number, the secret that makes codes (encrypted), your card’s public key if you have a card, wrong tries, and which terms you agreed to and when',
          purpose: 'Signing what an institution asks you to. The transaction is erased as soon as the request ends.',
          kept: 'Used until you cancel the service; the history is erased after its fixed time.',
          notPossible:
            'This cannot be a Smart OTP. Was the code an institution’s? Or is protection suspended at present?',
        },
      },
    },
    otp: {
      open: 'One-time code',
      pin: { title: 'Enter your PIN', text: 'A wrong PIN makes a wrong code.' },
      forgotten: 'Forgot the PIN? Enrol again',
      shown: { title: 'One-time code', text: 'Type it where you are asked to verify yourself.' },
      left: 'Next code in',
      seconds: (seconds) => `${seconds} s`,
      next: 'The code has changed.',
      hidden: 'The code was hidden to keep it safe.',
      locked: 'Locked after five wrong codes. Verify yourself once by a notification of this app to unlock it.',
    },
    smartOtp: {
      name: 'Smart OTP',
      of: (institution) => `Smart OTP of ${institution}`,
      add: { title: 'Add a Smart OTP', text: 'Enter the enrolment code or the QR link that your bank gave you.' },
      format: '20 characters from the institution, or a link that begins with pushguard://',
      deviceName: (device) => `Smart OTP (${device})`,
      unfinished: 'A Smart OTP is not set up yet',
      finish: 'Tap to finish',
      done: (name) => ({
        title: `${name} is ready`,
        text: 'To use it with another institution, tell them these two.',
      }),
      ended: (name) => `${name}: it was revoked, or enrolled on another phone.`,
      remove: 'Remove from this phone',
      only: 'Use Smart OTPs only',
    },
    card: {
      given: 'I was given a card',
      label: 'Private key of the simulated card (JWK)',
      simulation: 'A simulation. A real card’s key never leaves it; the app asks the card by NFC.',
      malformed: 'This is not the JSON of a card. Paste it as it was given to you.',
      tap: { title: 'Hold the card to the back of the phone', text: 'The card approves this one transaction.' },
      play: 'Tap the simulated card',
      missing: 'There is no simulated card on this phone.',
      mismatch: 'That is another card. Hold the one that the institution gave you.',
    },
    signing: {
      asks: (institution) => `${institution} asks you to sign a transaction`,
      compare: 'Go on only if all of it is what you are about to do.',
      transaction: 'To be signed',
      pin: { title: 'Enter your PIN', text: 'If it is right, the code for this transaction appears.' },
      code: { title: 'Signing code', text: 'Type these eight digits where you make the transaction.' },
      gone: { title: 'The code was hidden', text: 'A minute has passed. Enter your PIN again if you need it.' },
      again: 'Show a code again',
      ended: {
        verified: { title: 'The transaction is signed', text: 'The result went to the institution that asked.' },
        declined: { title: 'You declined', text: 'The institution was told at once. The transaction is not approved.' },
        expired: { title: 'Time is up', text: 'Ask again where you make the transaction.' },
        failed: { title: 'The code was wrong too often', text: 'To keep you safe, the request has ended.' },
        cancelled: { title: 'The request was cancelled', text: 'It was withdrawn, or asked anew.' },
      },
      blocked: {
        title: 'The transaction is blocked',
        text: 'Nobody can make it with this request. But somebody may have tried in your name.',
        whatToDo: 'What to do now',
        call: 'Tell the call centre that somebody asked for a signature in your name.',
        callNumber: 'Call 114',
        password: (institution) => `Tell ${institution} at once, and change your password there.`,
        look: 'Look through the history for transactions that you do not know.',
      },
    },
    institutions: {
      title: 'Institutions',
      text: 'They may ask your authenticators for codes.',
      none: 'No institution is registered.',
      asks: (institution) => `${institution} wants to register your authenticator`,
      device: 'Device',
      confirm: 'Confirm with the PIN',
      decline: 'Decline',
      pin: (institution) => ({ title: `Register with ${institution}?`, text: 'Enter the PIN of this authenticator.' }),
      confirmed: 'The institution is registered.',
      declined: 'You declined the registration.',
      standing: 'Registered',
      since: (day) => `since ${day}`,
      revoke: 'Revoke',
      revokeOf: (institution) => `Revoke ${institution}`,
      sure: (institution) => ({
        title: `Revoke ${institution}?`,
        text: 'It can no longer ask your authenticator. To use it again you have to register there anew.',
      }),
      revoked: 'The registration is revoked.',
      over: 'That request has ended already.',
    },
    authenticators: {
      title: 'My authenticators',
      text: 'To register one with an institution, tell them its serial number and vendor code.',
      phone: 'This phone',
      vendorCode: 'Vendor code',
      state: 'State',
      noOtp: 'One-time codes not set up',
      works: 'In use',
      unfinished: 'Not set up yet',
      locked: 'Locked · verify yourself once by a notification of this app',
      changePin: 'Change PIN',
    },
  },
};
