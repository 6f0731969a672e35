import type { CancelReason, Notice, SuspensionReason } from '../../phone/notice.ts';
import type { AuthenticationState, AuthenticatorKind, DeclineReason } from '../../phone/phone.ts';

interface Sentence {
  title: string;
  text: string;
}

/** What the person agrees to before the phone receives a secret. */
interface ConsentWords extends Sentence {
  collected: string;
  purpose: string;
  kept: string;
  notPossible: string;
}

/** What the app says after the person reports that someone else made the request. */
interface BlockedWords extends Sentence {
  whatToDo: string;
  call: string;
  callNumber: string;
  password: (relyingParty: string) => string;
  look: string;
}

type EndedWords = Record<Exclude<AuthenticationState, 'pending' | 'opened'>, Sentence>;

/** A text for each kind of notice, and for each reason of those that have one. */
type NoticeWords = Record<Exclude<Notice['kind'], 'suspended' | 'cancelled'>, string> & {
  suspended: Record<SuspensionReason, string>;
  cancelled: Record<CancelReason, string>;
};

/** Every text of the app, in one language. */
export interface AppWords {
  welcome: Sentence;
  line: string;
  setUp: string;
  haveCode: string;
  enrolmentCode: string;
  enrolmentCodeFormat: string;
  enrolmentCodeElsewhere: string;
  useCode: string;
  notEligible: string;
  /** The service gives each reason in Korean and in English: the sentence in this language. */
  ofBoth: (korean: string, english: string) => string;
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
  ended: EndedWords;
  blocked: BlockedWords;
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
  notices: { title: string; none: string; look: string; kinds: NoticeWords };
  states: Record<AuthenticationState, string>;
  channels: Record<'push' | 'sms' | 'otp' | 'sign', string>;
  unregistered: Sentence;
  again: string;
  unreachable: string;
  failed: string;
  codeInvalid: string;
  banner: { wake: Sentence; cancelled: Sentence; notice: string };
  consent: {
    collected: string;
    purpose: string;
    kept: string;
    version: string;
    agree: string;
    proceed: string;
    missing: string;
    pin: Sentence;
    of: Record<AuthenticatorKind, ConsentWords>;
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
  /** A request to sign a transaction has these in the place of those of a verification. */
  signing: {
    asks: (institution: string) => string;
    compare: string;
    transaction: string;
    pin: Sentence;
    code: Sentence;
    gone: Sentence;
    again: string;
    ended: EndedWords;
    blocked: BlockedWords;
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
