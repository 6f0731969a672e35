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
import { pinProof } from './pin-proof.ts';
import { provenRequest } from './proven-request.ts';
import { ServerClock } from './server-clock.ts';
import { ServiceKeys } from './service-keys.ts';
import type { DeviceKeys, StoredDeviceKeys } from './device-keys.ts';
import type { CodeClaims, EnvelopeInput, TestClaims } from './envelope.ts';
import type { KdfCost, WrappedKnowledgeKey } from './knowledge-key.ts';
import type { TransactionField } from './one-time-code.ts';
import type { ProvenRequest } from './proven-request.ts';
import type { ServiceKey } from './service-keys.ts';

/** What enrolment takes. */
export type Enrolment = {
  /** The service's address, as `https://push.example.kr`. */
  issuer: string;
  /** 4×5 Base32 characters, from the website or the call centre; good once, for 10 minutes. */
  enrolmentCode: string;
  /** Six digits, chosen now. Never sent, never stored. */
  pin: string;
  platform: 'android' | 'ios';
  formFactor: 'phone' | 'tablet';
  osVersion: string;
  appVersion: string;
  /** The FCM registration token or the APNs device token. */
  pushToken: string;
  /** What the person calls this phone. */
  name: string;
  /** The default is the platform's own. */
  fetch?: typeof globalThis.fetch;
  /** Argon2id's cost; the default is right unless this is a test. */
  kdf?: KdfCost;
};

/** Everything a phone keeps between two starts, as plain JSON. It goes into protected storage and into no backup. */
export type PhoneState = StoredDeviceKeys & {
  v: 1;
  issuer: string;
  deviceId: string;
  serialNumber: string;
  wrappedKnowledgeKey: WrappedKnowledgeKey;
  /** Secrets of authenticators, each under the PIN, without integrity like K and for the same reason. */
  wrappedSecrets?: WrappedSecrets;
  serviceKeys: ServiceKey[];
  /** What to add to the phone's clock to have the service's, in milliseconds. */
  clockOffsetMs: number;
};

/** What a phone can make codes with by itself: of the time, or of a transaction. */
export type AuthenticatorKind = 'otp' | 'sign';

type WrappedSecrets = { [kind in AuthenticatorKind]?: WrappedKnowledgeKey };

/** A code of the time, and when it ends: milliseconds since 1970 by the phone's clock. */
export type TimedCode = { code: string; endsAt: number };

const HALF_MINUTE_MS = 30_000;

/** An authenticator as the service knows it. `locked`: five wrong codes in a row, until a push authentication succeeds. */
export type Authenticator = {
  kind: AuthenticatorKind;
  serialNumber: string;
  vendorCode: string;
  issuer: { name: string } | null;
  locked: boolean;
  createdAt: string;
};

/** An institution that asks to be registered (`pending`, to be confirmed with the PIN) or that is. Times are RFC 3339. */
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

/** Where an authentication stands. */
export type AuthenticationState = 'pending' | 'opened' | 'verified' | 'declined' | 'expired' | 'failed' | 'cancelled';

/** An authentication that waits for this phone. Show who asks and why before asking for the PIN. Times are RFC 3339. */
export type PendingAuthentication = {
  id: string;
  relyingParty: { name: string };
  purpose: string;
  requestedAt: string;
  expiresAt: string;
  /** Where the window is open, when the relying party said so. */
  endUser: { ip?: string; userAgent?: string } | null;
  /** Goes into the proof of the PIN. */
  nonce: string;
  state: AuthenticationState;
  /** What is to be signed: show every field, exactly so, before asking for the PIN. */
  transaction?: TransactionField[];
  /** Whether the institution's card has to be tapped beside the PIN. */
  card?: boolean;
};

/** One past authentication. */
export type HistoryEntry = {
  requestedAt: string;
  relyingParty: { name: string };
  purpose: string;
  channel: 'push' | 'sms' | 'otp' | 'sign';
  state: AuthenticationState;
  closedAt: string | null;
  /** The name of the device that opened it. */
  device: string | null;
};

/** A relying party that this person was asked by, and whether it takes no code by SMS. */
export type AskingParty = { id: string; name: string; refusesSms: boolean };

/** SMS that was permitted for one relying party, from when to when. Times are RFC 3339. */
export type SmsPermission = {
  id: string;
  relyingParty: { name: string };
  permittedAt: string;
  endsAt: string;
  active: boolean;
};

/** Everything about permitting SMS: `minutes` is for how long, 0 where it is permitted for nobody. */
export type SmsPermissions = { minutes: number; relyingParties: AskingParty[]; permissions: SmsPermission[] };

/** What was asked and is to be proven with the PIN. */
type Asked = { id: string; nonce: string };

/** Why a person declines. `not_me` is the one that somebody should look at. */
export type DeclineReason = 'not_me' | 'cancelled' | 'wrong_details';

/** What a push turned out to say. */
export type PushData =
  /** Something waits: ask {@link Phone.pending}. */
  | { kind: 'wake'; id: string }
  /** The code of an opened authentication, decrypted and verified. */
  | ({ kind: 'code' } & CodeClaims)
  /** The test code of the enrolment. */
  | { kind: 'test'; code: string }
  /** The window was closed: take its notification away. */
  | { kind: 'cancelled'; id: string }
  /** The service tells what became of the subscription: `notice` is what happened, `detail` why. */
  | { kind: 'notice'; notice: string; detail: string | undefined };

/** A push that is none of those this version knows. An app ignores it: a newer service may send more kinds. */
export class UnknownPushError extends Error {
  override readonly name = 'UnknownPushError';

  constructor() {
    super('a push of a kind that this version does not know');
  }
}

/**
 * One installation of the app. The life of it: {@link Phone.enrol}, {@link Phone.confirmTest}, and then for each
 * authentication {@link Phone.pending}, {@link Phone.open}, {@link Phone.receive}.
 *
 * Whatever calls the service rejects with ProblemError when it refuses, and with what `fetch` throws when there is no
 * network; whatever opens an envelope rejects with EnvelopeError; whatever takes a PIN rejects with PinError.
 *
 * Store {@link Phone.toState} after enrolment, after a change of PIN and when the app goes to the background.
 */
export class Phone {
  private constructor(
    readonly issuer: string,
    readonly deviceId: string,
    /** What the person reads to the call centre to say which phone this is. */
    readonly serialNumber: string,
    private readonly keys: DeviceKeys,
    private wrappedKnowledgeKey: WrappedKnowledgeKey,
    private wrappedSecrets: WrappedSecrets,
    private readonly serviceKeys: ServiceKeys,
    private readonly clock: ServerClock,
    private readonly fetch: typeof globalThis.fetch,
  ) {}

  /** Makes keys, hides the knowledge key under the PIN and registers this installation. A test code follows by push. */
  static async enrol(enrolment: Enrolment): Promise<Phone> {
    assertChosenPin(enrolment.pin);
    const fetch = enrolment.fetch ?? globalThis.fetch;
    const issuer = enrolment.issuer.replace(/\/+$/, '');
    const clock = new ServerClock();
    // What can fail comes before the request that uses the enrolment code up.
    const serviceKeys = await ServiceKeys.fetched(issuer, fetch);
    const keys = await generateDeviceKeys();
    const knowledgeKey = generateKnowledgeKey();
    const wrapped = await wrapKnowledgeKey({ knowledgeKey, pin: enrolment.pin, cost: enrolment.kdf });

    const response = await provenRequest(
      { fetch, clock, signing: keys.signing, deviceId: null },
      {
        method: 'POST',
        url: `${issuer}/app/v1/devices`,
        body: {
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
        },
      },
    );
    knowledgeKey.fill(0);
    const { deviceId, serialNumber } = (await response.json()) as { deviceId: string; serialNumber: string };
    return new Phone(issuer, deviceId, serialNumber, keys, wrapped, {}, serviceKeys, clock, fetch);
  }

  /** The phone that {@link Phone.toState} was taken of. */
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

  /** What to store. The private keys are in it. */
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

  /** Sends the test code back. From here on this phone is the subscription's, and an older one is no more. */
  async confirmTest(code: string): Promise<void> {
    await this.tell({ method: 'POST', url: '/device/test', body: { code } });
  }

  /** The test code's envelope, for when its push was lost. */
  async testEnvelope(): Promise<string> {
    return this.envelopeAt('/device/envelope');
  }

  /** What is in a test code's envelope. */
  async readTestEnvelope(envelope: string): Promise<TestClaims> {
    return openTestEnvelope(this.envelopeInput(envelope));
  }

  /** Everything that waits for this phone; needs no push to have arrived. Ask whenever the app comes to the front. */
  async pending(): Promise<PendingAuthentication[]> {
    return (await this.ask('/authentications')) as PendingAuthentication[];
  }

  /**
   * Proves the PIN for one authentication; the code is made only then, and comes by push. A wrong PIN is ProblemError
   * `pin_mismatch` with `attemptsLeft`, the fifth in a row `pin_locked`. Where a transaction is signed nothing comes
   * back: {@link Phone.sign} makes the code. With a card, its tap is proven too.
   */
  async open(
    authentication: { id: string; nonce: string; transaction?: readonly TransactionField[] },
    pin: string,
    card?: Card,
  ): Promise<void> {
    const { id, nonce, transaction = [] } = authentication;
    const question = await transactionQuestion({ authenticationId: id, transaction });
    const cardProof = await card?.tap({ authenticationId: id, deviceId: this.deviceId, nonce, question });
    const body = {
      pinProof: await this.prove('open', authentication, pin),
      ...(cardProof !== undefined && { cardProof }),
    };
    await this.tell({ method: 'POST', url: `${pathOf(authentication.id)}/open`, body });
  }

  /** The code's envelope, for when its push was lost. */
  async envelope(id: string): Promise<string> {
    return this.envelopeAt(`${pathOf(id)}/envelope`);
  }

  /** What is in a code's envelope. Show `relyingParty` and `purpose` with the code, and drop it at `expiresAt`. */
  async readCode(envelope: string, expectedAuthenticationId: string): Promise<CodeClaims> {
    return openCodeEnvelope({ ...this.envelopeInput(envelope), authenticationId: expectedAuthenticationId });
  }

  /** Says no; the window learns of it at once. */
  async decline(id: string, reason: DeclineReason): Promise<void> {
    await this.tell({ method: 'POST', url: `${pathOf(id)}/decline`, body: { reason } });
  }

  /** The last 20, newest first. */
  async history(): Promise<HistoryEntry[]> {
    return (await this.ask('/history')) as HistoryEntry[];
  }

  /** Tells the service that the platform gave this installation another token. */
  async replacePushToken(pushToken: string): Promise<void> {
    await this.tell({ method: 'PUT', url: '/device/push-token', body: { pushToken } });
  }

  /** For whom SMS can be permitted, and for whom it was. */
  async smsPermissions(): Promise<SmsPermissions> {
    return (await this.ask('/sms-permissions')) as SmsPermissions;
  }

  /**
   * Permits SMS for one relying party, for some minutes; answers when it ends. The PIN is counted and refused as in
   * {@link Phone.open}; a relying party that takes no SMS is ProblemError `sms_not_permitted`.
   */
  async permitSms(relyingPartyId: string, pin: string): Promise<string> {
    const asking = await this.call({ method: 'POST', url: '/sms-permissions', body: { relyingPartyId } });
    const asked = (await asking.json()) as Asked;
    const body = { pinProof: await this.prove('sms', asked, pin) };
    const url = `/sms-permissions/${encodeURIComponent(asked.id)}/confirm`;
    return ((await (await this.call({ method: 'POST', url, body })).json()) as { endsAt: string }).endsAt;
  }

  /** Ends a permission before its time. What was texted under it can no longer be used. */
  async endSms(id: string): Promise<void> {
    await this.tell({ method: 'DELETE', url: `/sms-permissions/${encodeURIComponent(id)}` });
  }

  /**
   * Has the service judge the PIN, which alone can; it counts as in {@link Phone.open}. Resolves when it is right, and
   * rejects with ProblemError `pin_mismatch` or `pin_locked` when it is not.
   */
  async checkPin(pin: string): Promise<void> {
    const asked = await this.askPinCheck();
    const body = { pinProof: await this.prove('pin', asked, pin) };
    await this.tell({ method: 'POST', url: `/device/pin-check/${encodeURIComponent(asked.id)}/confirm`, body });
  }

  /**
   * Changes the PIN on this phone; the service is not asked and learns nothing. So nobody can say here whether
   * `oldPin` was right, and a wrong one costs a new enrolment: have it judged by {@link Phone.checkPin} first. Overwrite
   * the stored state at once and keep no older one (knowledge-key.ts says why).
   */
  async changePin(oldPin: string, newPin: string): Promise<void> {
    const rewrap = (stored: WrappedKnowledgeKey) => rewrapKnowledgeKey({ stored, oldPin, newPin });
    const { otp, sign } = this.wrappedSecrets;
    // All of them before any is kept: a phone that ends in between has one PIN, not two.
    const knowledgeKey = await rewrap(this.wrappedKnowledgeKey);
    const secrets = { ...(otp && { otp: await rewrap(otp) }), ...(sign && { sign: await rewrap(sign) }) };
    [this.wrappedKnowledgeKey, this.wrappedSecrets] = [knowledgeKey, secrets];
  }

  /**
   * Has the service give this phone a secret to make codes with, and hides it under the PIN: `otp` on the phone of the
   * subscription, `sign` on a device that was enrolled with an institution's code. A new one replaces the old. The PIN
   * is counted and refused as in {@link Phone.open}.
   */
  async enrolAuthenticator(
    kind: AuthenticatorKind,
    pin: string,
    /** The version of the terms that were shown and agreed to. */
    terms: string,
  ): Promise<{ serialNumber: string; vendorCode: string }> {
    const asked = await this.askPinCheck();
    const proof = await this.prove('authenticator', asked, pin);
    const body = { kind, terms, pinCheckId: asked.id, pinProof: proof };
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

  /** Whether this phone can make codes of this kind. */
  can(kind: AuthenticatorKind): boolean {
    return this.wrappedSecrets[kind] !== undefined;
  }

  /**
   * The code of this half minute, and when it ends (milliseconds since 1970 by the phone's clock). Needs no network. For
   * a wrong PIN a code comes too, and is wrong: nothing on the phone can tell.
   */
  async oneTimeCode(pin: string): Promise<TimedCode> {
    return this.withSecret('otp', pin, (secret) => this.timedCode(secret, this.clock.now()));
  }

  /**
   * The same for so many half minutes from now on, the present one first. A screen that shows them one after the other
   * keeps these alone: neither the PIN nor the secret, which would be good for every code to come.
   */
  async oneTimeCodes(pin: string, count: number): Promise<TimedCode[]> {
    const now = this.clock.now();
    const instants = Array.from({ length: count }, (_, step) => now + step * HALF_MINUTE_MS);
    return this.withSecret('otp', pin, (secret) => Promise.all(instants.map((at) => this.timedCode(secret, at))));
  }

  /** The code of a transaction that was opened. Show it for a minute at most. For a wrong PIN it is a wrong one. */
  async sign(
    { id, transaction = [] }: { id: string; transaction?: readonly TransactionField[] },
    pin: string,
  ): Promise<string> {
    const at = new Date(this.clock.now());
    return this.withSecret('sign', pin, (secret) => transactionCode(secret, { authenticationId: id, transaction }, at));
  }

  /** What the service knows of this phone's authenticators. */
  async authenticators(): Promise<Authenticator[]> {
    return (await this.ask('/authenticators')) as Authenticator[];
  }

  /** Institutions that wait for this phone's word, and those that may ask any of the subscription's devices. */
  async registrations(): Promise<Registration[]> {
    return (await this.ask('/registrations')) as Registration[];
  }

  /** Lets an institution ask this phone. The PIN is counted and refused as in {@link Phone.open}. */
  async confirmRegistration(registration: Asked, pin: string): Promise<void> {
    const body = { pinProof: await this.prove('registration', registration, pin) };
    await this.tell({ method: 'POST', url: `${registrationPath(registration.id)}/confirm`, body });
  }

  async declineRegistration(id: string): Promise<void> {
    await this.tell({ method: 'POST', url: `${registrationPath(id)}/decline` });
  }

  /** Ends a registration that stands, on whichever device. */
  async revokeRegistration(id: string): Promise<void> {
    await this.tell({ method: 'DELETE', url: registrationPath(id) });
  }

  /**
   * Turns a push's data into what it means. Rejects with UnknownPushError for a kind that it does not know, and with
   * EnvelopeError when what it carries is not for this phone.
   */
  async receive(data: Record<string, string>): Promise<PushData> {
    const { t, id, envelope } = data;
    if (t === 'wake' && id !== undefined) return { kind: 'wake', id };
    if (t === 'cancelled' && id !== undefined) return { kind: 'cancelled', id };
    if (t === 'code' && id !== undefined && envelope !== undefined) {
      return { kind: 'code', ...(await this.readCode(envelope, id)) };
    }
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

  private async askPinCheck(): Promise<Asked> {
    return (await (await this.call({ method: 'POST', url: '/device/pin-check' })).json()) as Asked;
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

  private async prove(
    purpose: 'open' | 'sms' | 'pin' | 'authenticator' | 'registration',
    { id, nonce }: Asked,
    pin: string,
  ): Promise<string> {
    const knowledgeKey = await unwrapKnowledgeKey(this.wrappedKnowledgeKey, pin);
    const proof = await pinProof({ knowledgeKey, purpose, id, deviceId: this.deviceId, nonce });
    knowledgeKey.fill(0);
    return proof;
  }

  private async envelopeAt(path: string): Promise<string> {
    return ((await this.ask(path)) as { envelope: string }).envelope;
  }

  private async ask(path: string): Promise<unknown> {
    return (await this.call({ method: 'GET', url: path })).json();
  }

  private async tell(request: ProvenRequest): Promise<void> {
    const response = await this.call(request);
    // A body that nobody reads keeps its connection busy.
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

function registrationPath(id: string): string {
  return `/registrations/${encodeURIComponent(id)}`;
}

function pathOf(id: string): string {
  return `/authentications/${encodeURIComponent(id)}`;
}
