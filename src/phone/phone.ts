import { base64url } from 'jose';
import type { Card } from './card.ts';
import { exportDeviceKeys, generateDeviceKeys, importDeviceKeys } from './device-keys.ts';
import { openAuthenticatorEnvelope, openCodeEnvelope, openTestEnvelope } from './envelope.ts';
import {
  assertChosenPin,
  generateKnowledgeKey,
  rewrapKnowledgeKey,
  unwrapKnowledgeKey,
  wrapKnowledgeKey,
} from './knowledge-key.ts';
import { timeCode, transactionCode, transactionQuestion } from './one-time-code.ts';
import { pinProof, type PinPurpose } from './pin-proof.ts';
import { provenRequest } from './proven-request.ts';
import { ServerClock } from './server-clock.ts';
import { ServiceKeys } from './service-keys.ts';
import type { DeviceKeys, StoredDeviceKeys } from './device-keys.ts';
import type { CodeClaims, EnvelopeInput, TestClaims } from './envelope.ts';
import type { KdfCost, WrappedKnowledgeKey } from './knowledge-key.ts';
import type { TransactionField } from './one-time-code.ts';
import type { ProvenRequest } from './proven-request.ts';
import type { ServiceKey } from './service-keys.ts';

/** The input of an enrolment. */
export type Enrolment = {
  /** The service's address, such as `https://push.example.kr`. */
  issuer: string;
  /** 4×5 Base32 characters, from the website or the call centre; valid once, for 10 minutes. */
  enrolmentCode: string;
  /** Six digits, chosen now. Never sent, never stored. */
  pin: string;
  platform: 'android' | 'ios';
  formFactor: 'phone' | 'tablet';
  osVersion: string;
  appVersion: string;
  /** The FCM registration token, the APNs device token, the Web Push subscription as JSON, or '' without any push. */
  pushToken: string;
  /** The person's name for this phone. */
  name: string;
  /**
   * False where the state is stored by structured clone (IndexedDB): no script can then read the private keys.
   * Default: true, and the state is plain JSON.
   */
  exportableKeys?: boolean;
  /** Left out by an app that asks for consent elsewhere. */
  consent?: EnrolmentConsent;
  /** Defaults to the platform's own. */
  fetch?: typeof globalThis.fetch;
  /** Argon2id's cost; only tests change the default. */
  kdf?: KdfCost;
};

/**
 * Everything that a phone stores between two starts: plain JSON, unless its private keys cannot be exported. It belongs in
 * protected storage and in no backup.
 */
export type PhoneState = StoredDeviceKeys & {
  v: 1;
  issuer: string;
  deviceId: string;
  serialNumber: string;
  wrappedKnowledgeKey: WrappedKnowledgeKey;
  /** Secrets of authenticators, each wrapped under the PIN, without integrity for the same reason as K. */
  wrappedSecrets?: WrappedSecrets;
  serviceKeys: ServiceKey[];
  /** Milliseconds to add to the phone's clock to get the service's time. */
  clockOffsetMs: number;
};

/** The kinds of code that a phone computes by itself: from the time, or from a transaction. */
export type AuthenticatorKind = 'otp' | 'sign';

type WrappedSecrets = { [kind in AuthenticatorKind]?: WrappedKnowledgeKey };

/** A time-based code and its end: milliseconds since 1970 by the phone's clock. */
export type TimedCode = { code: string; endsAt: number };

const HALF_MINUTE_MS = 30_000;

/**
 * An authenticator as the service knows it.
 * `locked`: five consecutive wrong codes, until a push authentication succeeds.
 */
export type Authenticator = {
  kind: AuthenticatorKind;
  serialNumber: string;
  vendorCode: string;
  issuer: { name: string } | null;
  locked: boolean;
  createdAt: string;
};

/**
 * The registration of an institution: requested (`pending`; the person confirms it with the PIN) or `active`.
 * Times are RFC 3339.
 */
export type Registration = {
  id: string;
  relyingParty: { name: string };
  state: 'pending' | 'active';
  device: { name: string; serialNumber: string };
  requestedAt: string;
  expiresAt: string;
  confirmedAt: string | null;
  nonce: string;
};

/** The state of an authentication. */
export type AuthenticationState = 'pending' | 'opened' | 'verified' | 'declined' | 'expired' | 'failed' | 'cancelled';

/**
 * An authentication that waits for this phone.
 * Show `relyingParty` and `purpose` before asking for the PIN. Times are RFC 3339.
 */
export type PendingAuthentication = {
  id: string;
  relyingParty: { name: string };
  purpose: string;
  requestedAt: string;
  expiresAt: string;
  /** The origin of the window, if the relying party sent it. */
  endUser: { ip?: string; userAgent?: string } | null;
  /** Input of the PIN proof. */
  nonce: string;
  state: AuthenticationState;
  /** The transaction to sign. Show every field unchanged before asking for the PIN. */
  transaction?: TransactionField[];
  /** Whether the person must tap the institution's card in addition to the PIN. */
  card?: boolean;
  /**
   * True if the page that asks shows two digits. Let the person type them (never choose them) before the PIN, and hand them
   * to {@link Phone.open} or {@link Phone.approve}.
   */
  match?: boolean;
  /** `approve`: call {@link Phone.approve}; no code follows. Otherwise {@link Phone.open}. */
  method?: 'approve';
  /** True for a request that rang no phone, because too many were made or the person said that it was not them. */
  held?: boolean;
  /**
   * Set where the call centre asks whether the person called it, with what the code serves. Ask the person so first: `no`
   * declines with `not_me`, and only `yes` leads to the PIN. The person reads the code to the operator.
   */
  caller?: { deed: CallerDeed };
};

/** What a person agreed to: the versions of {@link Phone.checkCode}, in the language in which they were read. */
export type EnrolmentConsent = { locale: string; terms: string; privacy: string };

/** What an enrolment code enrols, for the person to check, and the documents to agree to. */
export type OfferedDevice = {
  /** `smart_otp`: the code is that of an institution. */
  kind: 'phone' | 'smart_otp';
  /** Masked. */
  phoneNumber: string;
  /** The number that the device will have. */
  serialNumber: string;
  /** RFC 3339. */
  expiresAt: string;
  documents: { document: 'terms' | 'privacy'; version: string; url: string }[];
  /** Days for which the service keeps the history, and the data of the contract after its end. */
  keptDays: { history: number; personalData: number };
};

/** How the service knows a phone. `pinExhausted`: the PIN cannot be unlocked, and the phone must be enrolled anew. */
export type DeviceStanding = {
  state: 'testing' | 'active';
  serialNumber: string;
  pinLocked: boolean;
  pinExhausted?: boolean;
  /** False while the service has no push token of this phone: report it again by {@link Phone.replacePushToken}. */
  pushes: boolean;
  subscription: 'awaiting_device' | 'active' | 'suspended';
  /** The protected number, such as `010-****-5678`; absent for a Smart OTP. */
  maskedPhoneNumber?: string;
};

/** What the code that a person reads to the call centre serves. */
export type CallerDeed = 'cancel' | 'unlock_pin';

/** One past authentication. */
export type HistoryEntry = {
  id: string;
  requestedAt: string;
  relyingParty: { name: string };
  purpose: string;
  channel: 'push' | 'sms' | 'otp' | 'sign' | 'approve';
  state: AuthenticationState;
  closedAt: string | null;
  /** The name of the device that opened it. */
  device: string | null;
  /** Whether the person said that it was not them. */
  flags?: 'not_me'[];
};

/** A relying party that has requested this person's authentication, and whether it refuses codes by SMS. */
export type AskingParty = { id: string; name: string; refusesSms: boolean };

/** A permission of SMS for one relying party and its time range. Times are RFC 3339. */
export type SmsPermission = {
  id: string;
  relyingParty: { name: string };
  permittedAt: string;
  endsAt: string;
  active: boolean;
};

/** The state of SMS permissions. `minutes` is the duration of a permission, 0 when the service permits none. */
export type SmsPermissions = { minutes: number; relyingParties: AskingParty[]; permissions: SmsPermission[] };

/** Something that happened to the subscription from outside this phone. An open one can be answered. */
export type PhoneAlert = {
  id: string;
  kind:
    | 'loss_reported'
    | 'new_phone'
    | 'reissue'
    | 'cancellation'
    | 'sim_swapped'
    | 'pin_locked'
    | 'pin_unlocked'
    | 'device_enrolled';
  at: string;
  expiresAt: string;
  state: 'open' | 'confirmed' | 'objected' | 'closed';
  nonce: string;
};

/** The code that enrols the person's new phone. */
export type NewPhoneEnrolment = { enrolmentCode: string; enrolmentUri: string; expiresAt: string };

/** A request that the person must prove with the PIN. */
type PinChallenge = { id: string; nonce: string };

/** Why a person declines. `not_me` reports a suspicious request. */
export type DeclineReason = 'not_me' | 'cancelled' | 'wrong_details';

/** The meaning of a push. */
export type PushData =
  /** An authentication waits: call {@link Phone.pending}. */
  | { kind: 'wake'; id: string }
  /** The code of an opened authentication, decrypted and verified. */
  | ({ kind: 'code' } & CodeClaims)
  /** The test code of the enrolment. */
  | { kind: 'test'; code: string }
  /** The request was cancelled: remove its notification. */
  | { kind: 'cancelled'; id: string }
  /** A change of the subscription: `notice` is the event, `detail` its reason. */
  | { kind: 'notice'; notice: string; detail: string | undefined }
  /** Something happened to the subscription from outside this phone: call {@link Phone.alerts}. */
  | { kind: 'alert'; id: string }
  /** The test push that {@link Phone.askTestPush} or the call centre asked for. */
  | { kind: 'push_test' };

/** A push of a kind that this version does not know. An app ignores it: a newer service may send more kinds. */
export class UnknownPushError extends Error {
  override readonly name = 'UnknownPushError';

  constructor() {
    super('a push of a kind that this version does not know');
  }
}

/**
 * One installation of the app. Its life: {@link Phone.enrol}, {@link Phone.confirmTest}, and then for each
 * authentication {@link Phone.pending}, {@link Phone.open}, {@link Phone.receive}.
 *
 * Methods that call the service reject with ProblemError when it refuses, and with the error of `fetch` when there is
 * no network.
 * Methods that open an envelope reject with EnvelopeError; methods that take a PIN reject with PinError.
 *
 * Store {@link Phone.toState} after enrolment, after a change of PIN and when the app goes to the background.
 */
export class Phone {
  private constructor(
    readonly issuer: string,
    readonly deviceId: string,
    /** The number that the person reads to the call centre to identify this phone. */
    readonly serialNumber: string,
    private readonly keys: DeviceKeys,
    private wrappedKnowledgeKey: WrappedKnowledgeKey,
    private wrappedSecrets: WrappedSecrets,
    private readonly serviceKeys: ServiceKeys,
    private readonly clock: ServerClock,
    private readonly fetch: typeof globalThis.fetch,
  ) {}

  /** Asks what a code would enrol, before the person agrees and chooses a PIN. It spends nothing. */
  static async checkCode({
    issuer,
    enrolmentCode,
    fetch = globalThis.fetch,
  }: Pick<Enrolment, 'issuer' | 'enrolmentCode' | 'fetch'>): Promise<OfferedDevice> {
    // The keys of this proof enrol nothing.
    const { signing } = await generateDeviceKeys({ exportable: false });
    const response = await provenRequest(
      { fetch, clock: new ServerClock(), signing, deviceId: null },
      {
        method: 'POST',
        url: `${issuer.replace(/\/+$/, '')}/app/v1/enrolment-codes/check`,
        body: { enrolmentCode },
      },
    );
    return (await response.json()) as OfferedDevice;
  }

  /**
   * Generates keys, wraps the knowledge key under the PIN and registers this installation. A test code follows by push.
   */
  static async enrol(enrolment: Enrolment): Promise<Phone> {
    return (await Phone.prepare(enrolment)).enrol();
  }

  /**
   * Prepares what {@link Phone.enrol} sends. Where no answer comes, `enrol` may be called again: the service gives the same
   * answer to the same request.
   */
  static async prepare(enrolment: Enrolment): Promise<{ enrol: () => Promise<Phone> }> {
    assertChosenPin(enrolment.pin);
    const fetch = enrolment.fetch ?? globalThis.fetch;
    const issuer = enrolment.issuer.replace(/\/+$/, '');
    const clock = new ServerClock();
    // Steps that may fail come before the request that consumes the enrolment code.
    const serviceKeys = await ServiceKeys.fetched(issuer, fetch);
    const keys = await generateDeviceKeys({ exportable: enrolment.exportableKeys });
    const knowledgeKey = generateKnowledgeKey();
    const wrapped = await wrapKnowledgeKey({ knowledgeKey, pin: enrolment.pin, cost: enrolment.kdf });

    const body = {
      enrolmentCode: enrolment.enrolmentCode,
      signingKey: keys.signing.publicJwk,
      encryptionKey: keys.encryption.publicJwk,
      knowledgeKey: base64url.encode(knowledgeKey),
      platform: enrolment.platform,
      formFactor: enrolment.formFactor,
      osVersion: enrolment.osVersion,
      appVersion: enrolment.appVersion,
      pushToken: enrolment.pushToken,
      name: enrolment.name,
      ...(enrolment.consent && { consent: enrolment.consent }),
    };
    knowledgeKey.fill(0);
    const enrol = async (): Promise<Phone> => {
      const response = await provenRequest(
        { fetch, clock, signing: keys.signing, deviceId: null },
        { method: 'POST', url: `${issuer}/app/v1/devices`, body },
      );
      const { deviceId, serialNumber } = (await response.json()) as { deviceId: string; serialNumber: string };
      return new Phone(issuer, deviceId, serialNumber, keys, wrapped, {}, serviceKeys, clock, fetch);
    };
    return { enrol };
  }

  /** Restores a phone from the result of {@link Phone.toState}. */
  static async restore(state: PhoneState, options: { fetch?: typeof globalThis.fetch } = {}): Promise<Phone> {
    const fetch = options.fetch ?? globalThis.fetch;
    return new Phone(
      state.issuer,
      state.deviceId,
      state.serialNumber,
      await importDeviceKeys(state),
      state.wrappedKnowledgeKey,
      state.wrappedSecrets ?? {},
      new ServiceKeys(state.issuer, fetch, state.serviceKeys),
      new ServerClock(state.clockOffsetMs),
      fetch,
    );
  }

  /** The state to store. It contains the private keys. */
  async toState(): Promise<PhoneState> {
    return {
      v: 1,
      issuer: this.issuer,
      deviceId: this.deviceId,
      serialNumber: this.serialNumber,
      ...(await exportDeviceKeys(this.keys)),
      wrappedKnowledgeKey: this.wrappedKnowledgeKey,
      wrappedSecrets: this.wrappedSecrets,
      serviceKeys: this.serviceKeys.toState(),
      clockOffsetMs: this.clock.offsetMs,
    };
  }

  /** Sends the test code back. From then on this phone is the subscription's device, and an older one is revoked. */
  async confirmTest(code: string): Promise<void> {
    await this.send({ method: 'POST', url: '/device/test', body: { code } });
  }

  /** The test code's envelope, for a lost push. */
  async testEnvelope(): Promise<string> {
    return this.envelopeAt('/device/envelope');
  }

  /** The content of a test code's envelope. */
  async readTestEnvelope(envelope: string): Promise<TestClaims> {
    return openTestEnvelope(this.envelopeInput(envelope));
  }

  /**
   * Every authentication that waits for this phone, with no push needed. Call it whenever the app comes to the front.
   */
  async pending(): Promise<PendingAuthentication[]> {
    return (await this.get('/authentications')) as PendingAuthentication[];
  }

  /**
   * Proves the PIN for one authentication. Only then does the service make the code, which comes by push.
   * A wrong PIN is ProblemError `pin_mismatch` with `attemptsLeft`; the fifth in a row is `pin_locked`, and the fifteenth
   * in all without a right one is `pin_exhausted`: no unlock revives the PIN, so offer a new enrolment.
   * To sign a transaction, no code comes back: {@link Phone.sign} computes it. With a card, its tap is proven too.
   * `match` are the two digits that the person typed, where the authentication has `match`. Wrong ones are ProblemError
   * `match_mismatch` with `attemptsLeft`; the third ends the authentication.
   * TypeError for a transaction that is not a list of fields: nothing is sent.
   */
  async open(
    authentication: { id: string; nonce: string; transaction?: readonly TransactionField[] },
    pin: string,
    card?: Card,
    match?: string,
  ): Promise<void> {
    const { id, nonce, transaction } = authentication;
    const question = transaction && (await transactionQuestion({ authenticationId: id, transaction }));
    const tapped = question !== undefined && { authenticationId: id, deviceId: this.deviceId, nonce, question };
    const cardProof = tapped ? await card?.tap(tapped) : undefined;
    const body = {
      pinProof: await this.prove('open', authentication, pin),
      ...(cardProof !== undefined && { cardProof }),
      ...(match !== undefined && { match }),
    };
    await this.send({ method: 'POST', url: `${pathOf(authentication.id)}/open`, body });
  }

  /**
   * Proves the PIN and the two digits that the person typed from the page, for one authentication with the method `approve`.
   * The person is verified then, and no code comes. Problems as {@link Phone.open}.
   */
  async approve(authentication: { id: string; nonce: string }, pin: string, match: string): Promise<void> {
    const body = { pinProof: await this.prove('approve', authentication, pin, match), match };
    await this.send({ method: 'POST', url: `${pathOf(authentication.id)}/approve`, body });
  }

  /** The code's envelope, for a lost push. */
  async envelope(id: string): Promise<string> {
    return this.envelopeAt(`${pathOf(id)}/envelope`);
  }

  /**
   * The content of a code's envelope. Show `relyingParty` and `purpose` with the code, and discard it at `expiresAt`.
   */
  async readCode(envelope: string, expectedAuthenticationId: string): Promise<CodeClaims> {
    return openCodeEnvelope({ ...this.envelopeInput(envelope), authenticationId: expectedAuthenticationId });
  }

  /** Declines an authentication; the window learns of it at once. */
  async decline(id: string, reason: DeclineReason): Promise<void> {
    await this.send({ method: 'POST', url: `${pathOf(id)}/decline`, body: { reason } });
  }

  /** The last 20, newest first. */
  async history(): Promise<HistoryEntry[]> {
    return (await this.get('/history')) as HistoryEntry[];
  }

  /**
   * Says of an authentication in the history that it was not the person. For an hour, its relying party's requests ring
   * no phone.
   */
  async notMe(id: string): Promise<void> {
    await this.send({ method: 'POST', url: `/history/${encodeURIComponent(id)}/not-me` });
  }

  /** How the service knows this phone: `pinLocked` after five wrong PINs in a row, `pinExhausted` after fifteen in all. */
  async standing(): Promise<DeviceStanding> {
    return (await this.get('/device')) as DeviceStanding;
  }

  /** Reports that the platform gave this installation another token. */
  async replacePushToken(pushToken: string): Promise<void> {
    await this.send({ method: 'PUT', url: '/device/push-token', body: { pushToken } });
  }

  /** Milliseconds by which the service's clock is ahead of this phone's, to a second. The question is proven by the key. */
  async clockDifference(): Promise<number> {
    const response = await this.call({ method: 'GET', url: '/device' });
    await response.body?.cancel();
    const at = Date.parse(response.headers.get('date') ?? '');
    return Number.isNaN(at) ? this.clock.offsetMs : at - Date.now();
  }

  /** Asks for a push that says that it is a test. ProblemError `too_many_requests` after the third in ten minutes. */
  async askTestPush(): Promise<void> {
    await this.send({ method: 'POST', url: '/device/test-push' });
  }

  /** The relying parties for which SMS can be permitted, and the permissions so far. */
  async smsPermissions(): Promise<SmsPermissions> {
    return (await this.get('/sms-permissions')) as SmsPermissions;
  }

  /**
   * Permits SMS for one relying party for some minutes; returns the end of the permission.
   * The PIN is counted and refused as in {@link Phone.open}; a relying party that refuses SMS is ProblemError
   * `sms_not_permitted`.
   */
  async permitSms(relyingPartyId: string, pin: string): Promise<string> {
    const response = await this.call({ method: 'POST', url: '/sms-permissions', body: { relyingPartyId } });
    const challenge = (await response.json()) as PinChallenge;
    const body = { pinProof: await this.prove('sms', challenge, pin) };
    const url = `/sms-permissions/${encodeURIComponent(challenge.id)}/confirm`;
    return ((await (await this.call({ method: 'POST', url, body })).json()) as { endsAt: string }).endsAt;
  }

  /** Ends a permission early. Codes that were sent by SMS under it are no longer valid. */
  async endSms(id: string): Promise<void> {
    await this.send({ method: 'DELETE', url: `/sms-permissions/${encodeURIComponent(id)}` });
  }

  /**
   * Has the service check the PIN, because the phone cannot; it counts as in {@link Phone.open}.
   * Resolves when the PIN is right, and rejects with ProblemError `pin_mismatch` or `pin_locked` when it is not.
   */
  async checkPin(pin: string): Promise<void> {
    const challenge = await this.startPinCheck();
    const body = { pinProof: await this.prove('pin', challenge, pin) };
    await this.send({ method: 'POST', url: `/device/pin-check/${encodeURIComponent(challenge.id)}/confirm`, body });
  }

  /**
   * Changes the PIN on this phone, without a request to the service.
   * Nothing here can check `oldPin`, and a wrong one costs a new enrolment: check it by {@link Phone.checkPin} first.
   * Overwrite the stored state at once and keep no older one (knowledge-key.ts says why).
   */
  async changePin(oldPin: string, newPin: string): Promise<void> {
    const rewrap = (stored: WrappedKnowledgeKey) => rewrapKnowledgeKey({ stored, oldPin, newPin });
    const { otp, sign } = this.wrappedSecrets;
    // Rewraps all of them before storing any: if the app ends in between, the phone still has one PIN, not two.
    const knowledgeKey = await rewrap(this.wrappedKnowledgeKey);
    const secrets = { ...(otp && { otp: await rewrap(otp) }), ...(sign && { sign: await rewrap(sign) }) };
    [this.wrappedKnowledgeKey, this.wrappedSecrets] = [knowledgeKey, secrets];
  }

  /**
   * Requests a secret for computing codes from the service, and wraps it under the PIN: `otp` on the subscription's
   * phone, `sign` on a device that was enrolled with an institution's code.
   * A new secret replaces the old one. The PIN is counted and refused as in {@link Phone.open}.
   */
  async enrolAuthenticator(
    kind: AuthenticatorKind,
    pin: string,
    /** The version of the terms that the app showed and the person accepted. */
    terms: string,
  ): Promise<{ serialNumber: string; vendorCode: string }> {
    const challenge = await this.startPinCheck();
    const proof = await this.prove('authenticator', challenge, pin);
    const body = { kind, terms, pinCheckId: challenge.id, pinProof: proof };
    const response = await this.call({ method: 'POST', url: '/authenticators', body });
    type Enrolled = { serialNumber: string; vendorCode: string; envelope: string };
    const { serialNumber, vendorCode, envelope } = (await response.json()) as Enrolled;
    const { secret } = await openAuthenticatorEnvelope({ ...this.envelopeInput(envelope), kind });
    const { cost } = this.wrappedKnowledgeKey;
    const wrapped = await wrapKnowledgeKey({ knowledgeKey: secret, pin, cost });
    secret.fill(0);
    this.wrappedSecrets = { ...this.wrappedSecrets, [kind]: wrapped };
    return { serialNumber, vendorCode };
  }

  /** Whether this phone can compute codes of this kind. */
  can(kind: AuthenticatorKind): boolean {
    return this.wrappedSecrets[kind] !== undefined;
  }

  /**
   * The code of this half minute and its end (milliseconds since 1970 by the phone's clock). Needs no network.
   * A wrong PIN yields a wrong code without an error, because the phone cannot tell.
   */
  async oneTimeCode(pin: string): Promise<TimedCode> {
    return this.withSecret('otp', pin, (secret) => this.timedCode(secret, this.clock.now()));
  }

  /**
   * The codes of the next `count` half minutes, the present one first.
   * A screen that shows them in sequence keeps only these codes, and neither the PIN nor the secret, which would be
   * valid for every later code.
   */
  async oneTimeCodes(pin: string, count: number): Promise<TimedCode[]> {
    const now = this.clock.now();
    const instants = Array.from({ length: count }, (_, step) => now + step * HALF_MINUTE_MS);
    return this.withSecret('otp', pin, (secret) => Promise.all(instants.map((at) => this.timedCode(secret, at))));
  }

  /** The code of an opened transaction. Show it for a minute at most. A wrong PIN yields a wrong code. */
  async sign(
    { id, transaction = [] }: { id: string; transaction?: readonly TransactionField[] },
    pin: string,
  ): Promise<string> {
    const at = new Date(this.clock.now());
    return this.withSecret('sign', pin, (secret) => transactionCode(secret, { authenticationId: id, transaction }, at));
  }

  /** The service's record of this phone's authenticators. */
  async authenticators(): Promise<Authenticator[]> {
    return (await this.get('/authenticators')) as Authenticator[];
  }

  /** Registrations that wait for this phone, and those that are active on any of the subscription's devices. */
  async registrations(): Promise<Registration[]> {
    return (await this.get('/registrations')) as Registration[];
  }

  /**
   * Confirms the registration of an institution on this phone. The PIN is counted and refused as in {@link Phone.open}.
   */
  async confirmRegistration(registration: PinChallenge, pin: string): Promise<void> {
    const body = { pinProof: await this.prove('registration', registration, pin) };
    await this.send({ method: 'POST', url: `${registrationPath(registration.id)}/confirm`, body });
  }

  /** What happened to the subscription from outside this phone, newest first. */
  async alerts(): Promise<PhoneAlert[]> {
    return ((await this.get('/alerts')) as { alerts: PhoneAlert[] }).alerts;
  }

  /**
   * Confirms an open alert: the person did this. For a new phone, returns the code that enrols it, to be shown on this
   * phone. The PIN is counted and refused as in {@link Phone.open}.
   */
  async confirmAlert(alert: PinChallenge, pin: string): Promise<NewPhoneEnrolment | undefined> {
    const body = { pinProof: await this.prove('alert-confirm', alert, pin) };
    const response = await this.call({ method: 'POST', url: `${alertPath(alert.id)}/confirm`, body });
    const text = await response.text();
    return text === '' ? undefined : (JSON.parse(text) as NewPhoneEnrolment);
  }

  /** Objects to an open alert: the person did not do this. The PIN is counted and refused as in {@link Phone.open}. */
  async objectToAlert(alert: PinChallenge, pin: string): Promise<void> {
    const body = { pinProof: await this.prove('alert-object', alert, pin) };
    await this.send({ method: 'POST', url: `${alertPath(alert.id)}/object`, body });
  }

  /** Declines a pending registration. */
  async declineRegistration(id: string): Promise<void> {
    await this.send({ method: 'POST', url: `${registrationPath(id)}/decline` });
  }

  /** Revokes an active registration, on any of the subscription's devices. */
  async revokeRegistration(id: string): Promise<void> {
    await this.send({ method: 'DELETE', url: registrationPath(id) });
  }

  /**
   * Interprets a push's data. Rejects with UnknownPushError for an unknown kind, and with EnvelopeError when its
   * envelope is not for this phone.
   */
  async receive(data: Record<string, string>): Promise<PushData> {
    const { t, id, envelope } = data;
    if (t === 'wake' && id !== undefined) return { kind: 'wake', id };
    if (t === 'alert' && id !== undefined) return { kind: 'alert', id };
    if (t === 'cancelled' && id !== undefined) return { kind: 'cancelled', id };
    if (t === 'code' && id !== undefined && envelope !== undefined) {
      return { kind: 'code', ...(await this.readCode(envelope, id)) };
    }
    if (t === 'push_test') return { kind: 'push_test' };
    if (t === 'notice' && data.kind !== undefined) return { kind: 'notice', notice: data.kind, detail: data.detail };
    if (t === 'test' && envelope !== undefined) {
      return { kind: 'test', code: (await this.readTestEnvelope(envelope)).code };
    }
    throw new UnknownPushError();
  }

  private async timedCode(secret: Uint8Array<ArrayBuffer>, at: number): Promise<TimedCode> {
    const endsAt = at - (at % HALF_MINUTE_MS) + HALF_MINUTE_MS - this.clock.offsetMs;
    return { code: await timeCode(secret, new Date(at)), endsAt };
  }

  private async startPinCheck(): Promise<PinChallenge> {
    return (await (await this.call({ method: 'POST', url: '/device/pin-check' })).json()) as PinChallenge;
  }

  private async withSecret<Result>(
    kind: AuthenticatorKind,
    pin: string,
    work: (secret: Uint8Array<ArrayBuffer>) => Promise<Result>,
  ): Promise<Result> {
    const wrapped = this.wrappedSecrets[kind];
    if (!wrapped) throw new Error(`this phone has no authenticator of the kind ${kind}`);
    const secret = await unwrapKnowledgeKey(wrapped, pin);
    const result = await work(secret);
    secret.fill(0);
    return result;
  }

  private async prove(purpose: PinPurpose, { id, nonce }: PinChallenge, pin: string, match?: string): Promise<string> {
    const knowledgeKey = await unwrapKnowledgeKey(this.wrappedKnowledgeKey, pin);
    const proof = await pinProof({ knowledgeKey, purpose, id, deviceId: this.deviceId, nonce, match });
    knowledgeKey.fill(0);
    return proof;
  }

  private async envelopeAt(path: string): Promise<string> {
    return ((await this.get(path)) as { envelope: string }).envelope;
  }

  private async get(path: string): Promise<unknown> {
    return (await this.call({ method: 'GET', url: path })).json();
  }

  private async send(request: ProvenRequest): Promise<void> {
    const response = await this.call(request);
    // An unread body keeps its connection busy.
    await response.body?.cancel();
  }

  private async call(request: ProvenRequest): Promise<Response> {
    const { fetch, clock, deviceId } = this;
    const requester = { fetch, clock, deviceId, signing: this.keys.signing };
    return provenRequest(requester, { ...request, url: `${this.issuer}/app/v1${request.url}` });
  }

  private envelopeInput(envelope: string): EnvelopeInput {
    return {
      envelope,
      deviceId: this.deviceId,
      encryptionKey: this.keys.encryption.privateKey,
      serviceKey: (kid) => this.serviceKeys.find(kid),
      now: this.clock.now(),
    };
  }
}

function alertPath(id: string): string {
  return `/alerts/${encodeURIComponent(id)}`;
}

function registrationPath(id: string): string {
  return `/registrations/${encodeURIComponent(id)}`;
}

function pathOf(id: string): string {
  return `/authentications/${encodeURIComponent(id)}`;
}
