/** The person that a relying party names. */
export interface Person {
  /** YYMMDD. */
  birthDate: string;
  /** The seventh digit of the resident registration number. */
  genderDigit: string;
  /** A Korean mobile number with or without hyphens, or E.164. */
  phoneNumber: string;
}

/** One field of a transaction that a person signs, shown and signed exactly as sent. */
export interface TransactionField {
  /** 1 to 20 characters. */
  label: string;
  /** 1 to 100 characters. */
  value: string;
}

interface AnyStart extends Person {
  /** Why the person is asked; shown in the app. At most 40 characters. */
  purpose: string;
  /** For an agency: the site that it serves, at most 64 characters. */
  site?: string | undefined;
  /** Where the person is; shown in the app as said by you. */
  endUser?: { ip?: string | undefined; userAgent?: string | undefined } | undefined;
}

/** The input of a start. `sign` takes a transaction (1 to 10 fields) and the scope `signing`. */
export type StartAuthentication =
  | (AnyStart & {
      /** `push` (the default): a push, or a code by SMS. */
      method?: 'push' | undefined;
      transaction?: undefined;
      /** True for two digits, answered as `match`: show them on the page, and the app asks for them before it opens. */
      match?: boolean | undefined;
    })
  | (AnyStart & {
      /** `otp`: the code that the app shows. */
      method: 'otp';
      transaction?: undefined;
      match?: undefined;
    })
  | (AnyStart & { method: 'sign'; transaction: readonly TransactionField[]; match?: undefined })
  | (AnyStart & {
      /** `approve`: show the digits of the answer (`match`); the person types them and the PIN into the app. No code. */
      method: 'approve';
      transaction?: undefined;
      match?: boolean | undefined;
    });

/** How a person is verified. `sms` does not say whether a message was sent. */
export type Channel = 'push' | 'sms' | 'otp' | 'sign' | 'approve';

/** `pending` and `opened` (the PIN was entered) are open; every other state is final. */
export type AuthenticationState = 'pending' | 'opened' | EndState;

/** A final state. */
export type EndState = 'verified' | 'declined' | 'expired' | 'failed' | 'cancelled';

/** A verified person. The members that begin with `recent` are present only while they are true. */
export interface VerifiedPerson {
  /** The person's id at this relying party only. */
  subject: string;
  /** Such as `1990-01-01`. */
  birthDate: string;
  gender: 'male' | 'female';
  foreigner: boolean;
  /** E.164. */
  phoneNumber: string;
  /** RFC 3339, UTC. */
  verifiedAt: string;
  channel: Channel;
  /** The SIM of the line was changed in the last 240 hours. */
  recentSimChange?: true;
  /** A phone was enrolled in the last 72 hours that the phone before it did not confirm. */
  recentlyEnrolled?: true;
  /** The app was reissued a short time ago. */
  recentlyReissued?: true;
  /** Test mode: the person is a test person. */
  test?: true;
}

interface AnyAuthentication {
  id: string;
  channel: Channel;
  /** RFC 3339, UTC: 180 seconds after the start. */
  expiresAt: string;
  /** Codes that can still be tried, of five. */
  attemptsLeft: number;
  /** Two digits to show on the page while it is `pending`: with `approve`, and after a start with `match`. */
  match?: string;
  /** Present in test mode alone. */
  test?: true;
}

/** One member of a union for each state, so that a comparison of `state` narrows the type. */
type InState<State extends AuthenticationState> = State extends 'verified'
  ? AnyAuthentication & { state: State; result: VerifiedPerson }
  : AnyAuthentication & { state: State; result?: undefined };

/** An authentication. It has `result` in the state `verified`, and in no other. */
export type Authentication = InState<AuthenticationState>;

/** An authentication in a final state. */
export type EndedAuthentication = InState<EndState>;

/** The code that the person typed; with `sign`, also the transaction exactly as it was sent at the start. */
export interface Verification {
  code: string;
  transaction?: readonly TransactionField[] | undefined;
}

/** A successful verification. Accept each id of an authentication once. */
export interface Verified {
  state: 'verified';
  result: VerifiedPerson;
  /** The result as a JWS that others can check: see `verifyAssertion`. */
  assertion: string;
}

/** The input of a hosted window. */
export interface CreateWindow {
  /** At most 40 characters. */
  purpose: string;
  /** A return address that is registered for the client. */
  returnUrl: string;
  /** Made at random when left out, which is what you want. */
  state?: string | undefined;
  /** `ko` (the default) or `en`, also as a tag such as `ko-KR`. */
  locale?: string | undefined;
  method?: 'push' | 'otp' | undefined;
  /** True for a window that shows two digits, which the person types into the app before it opens. */
  match?: boolean | undefined;
  /** The person's name as you know it, shown masked. */
  name?: string | undefined;
}

/** A window that was created. */
export interface CreatedWindow {
  windowId: string;
  /** Send the person's browser there. */
  url: string;
  /** RFC 3339, UTC: ten minutes after the window was created. */
  expiresAt: string;
  /** Comes back with the browser. */
  state: string;
  /** The value of a cookie that binds the window to this browser: see `windowOfReturn`. */
  binding: string;
}

/** A hosted window as your server sees it. `authentication` is null until the person has started one. */
export interface HostedWindow {
  state: 'open' | 'closed' | 'expired';
  authentication: Authentication | null;
}

/** The input of a registration: the numbers that the person reads out of the app. */
export interface RequestRegistration extends Person {
  serialNumber: string;
  vendorCode: string;
}

/** A registration of another institution's authenticator with you. Times are RFC 3339, UTC. */
export interface Registration {
  id: string;
  state: 'pending' | 'active' | 'declined' | 'expired' | 'revoked';
  requestedAt: string;
  expiresAt: string;
}

/** The input of a Smart OTP: a person whose identity you have checked. */
export interface IssueSmartOtp extends Person {
  /** The public key of the card that the person taps to sign. */
  cardKey?: { kty: 'EC'; crv: 'P-256'; x: string; y: string } | undefined;
}

/** The code that enrols a Smart OTP, valid once and for ten minutes. */
export interface IssuedSmartOtp {
  enrolmentCode: string;
  enrolmentUri: string;
  /** RFC 3339, UTC. */
  expiresAt: string;
  vendorCode: string;
}

/** What the phone of a test person shows. */
export interface TestAuthentication {
  id: string;
  state: AuthenticationState;
  /** Null before the request is opened, after the end, and where no code is right. */
  code: string | null;
  /** RFC 3339, UTC: when the test person opens the request; null where nothing is opened. */
  opensAt: string | null;
}
