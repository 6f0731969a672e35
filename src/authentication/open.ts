import { Injectable } from '@nestjs/common';
import { isTapOf } from '../crypto/card-proof.ts';
import { equalInConstantTime } from '../crypto/constant-time.ts';
import { signJws } from '../crypto/compact-jws.ts';
import { randomCode } from '../crypto/random.ts';
import { seal } from '../crypto/seal.ts';
import { ServiceKeys } from '../crypto/service-keys.ts';
import { transactionQuestion } from '../crypto/transaction-question.ts';
import { stateAt, type AuthenticationState, type DeclineReason } from '../domain/authentication.ts';
import { Problem } from '../domain/problem.ts';
import type { TransactionField } from '../domain/transaction.ts';
import { DeviceProofs, type ProvenDevice, type UnspentProof } from '../devices/device-proofs.ts';
import { Devices } from '../devices/devices.ts';
import { underTest } from '../devices/under-test.ts';
import { JobQueue } from '../queue/job-queue.ts';
import { closedProblem, notFound } from './closed-problem.ts';
import { Funnel } from './funnel.ts';
import { OpenStore, type DeviceRequest, type CountedOpening } from './open.store.ts';
import { readTransaction } from './phone-code.ts';
import { QuietKeys } from './quiet-keys.ts';
import { readTexts, type KeptTexts } from './request-texts.ts';
import { StateWatcher } from './state-watcher.ts';

/** A pending authentication as the app shows it. */
export interface PendingRequest extends KeptTexts {
  id: string;
  relyingParty: { name: string };
  requestedAt: string;
  expiresAt: string;
  endUser: { ip?: string; userAgent?: string } | null;
  /** Goes into the PIN proof, so that one proof opens one authentication. */
  nonce: string;
  state: AuthenticationState;
  /** The transaction to sign, to be shown exactly as it is. Present only with the channel `sign`. */
  transaction?: TransactionField[];
  /** True if the person must tap a card in addition to the PIN. Present only with the channel `sign`. */
  card?: boolean;
  /** The app asks for the two digits that the page of the relying party shows. */
  match?: true;
  /** The person approves on the phone, and no code exists. */
  method?: 'approve';
  /** True for a start that rang no phone: too many for this person, or the person said that it was not them. */
  held?: true;
}

/** The proofs that a phone sends to open an authentication. */
export interface OpeningProofs {
  pinProof: string;
  cardProof?: string;
  /** The two digits that the person typed, where the app asks for them. */
  match?: string;
}

/** The same as the app sends them: `match` may be null. */
type SentProofs = Omit<OpeningProofs, 'match'> & { match?: string | null };

/** The proofs that approve: the PIN's covers the two digits. */
type ApprovingProofs = Required<Pick<OpeningProofs, 'pinProof' | 'match'>>;

/** Steps 2 and 3 of an authentication: the app shows who asks, and gets a code after the right PIN. */
@Injectable()
export class Open {
  constructor(
    private readonly keys: ServiceKeys,
    private readonly devices: Devices,
    private readonly proofs: DeviceProofs,
    private readonly store: OpenStore,
    private readonly watcher: StateWatcher,
    private readonly quietKeys: QuietKeys,
    private readonly queue: JobQueue,
    private readonly funnel: Funnel,
  ) {}

  /**
   * Lists the open authentications of this phone, oldest first; none while the subscription is not active. Problems:
   * `device_proof_invalid`.
   */
  async pending(proof: UnspentProof): Promise<PendingRequest[]> {
    const requests = await this.store.pending(proof);
    if (!requests) throw this.proofs.refused(proof);
    return requests.map((one) => ({
      id: one.id,
      relyingParty: { name: one.relyingParty },
      ...readTexts(this.keys, one.id, one),
      requestedAt: one.requestedAt.toISOString(),
      expiresAt: one.expiresAt.toISOString(),
      endUser: this.readEndUser(one),
      nonce: one.nonce.toString('base64url'),
      state: one.state,
      ...(one.transaction && { transaction: readTransaction(this.keys, one.id, one.transaction), card: one.hasCard }),
      ...(one.matchDigits !== null && { match: true as const }),
      ...(one.channel === 'approve' && { method: one.channel }),
      ...(one.held && { held: true as const }),
    }));
  }

  /**
   * Generates the code, stores its digest, and enqueues the sealed code for the phone. With the channel `sign` the
   * phone computes the code itself.
   * The PIN is counted before it is compared. An opening with digits where none are asked for, or without them where they
   * are, is refused before that. A second opening changes nothing.
   * Problems: `device_proof_invalid`, `authentication_not_found`, `authentication_closed`, `authentication_expired`,
   * `pin_mismatch`, `pin_locked`, `pin_exhausted`, `match_mismatch`, `invalid_request`, `card_mismatch`,
   * `subscription_not_active`.
   */
  open(id: string, proofs: SentProofs, unspent: UnspentProof): Promise<{ state: 'opened' }> {
    return this.devices.inPinTurn(unspent.device.deviceId, () => this.openInTurn(id, proofs, unspent));
  }

  private async openInTurn(
    id: string,
    { pinProof: proof, cardProof, match = null }: SentProofs,
    unspent: UnspentProof,
  ): Promise<{ state: 'opened' }> {
    const { device } = unspent;
    const counted = await this.store.countPin(unspent, id, { hasMatch: match !== null });
    if (counted === null) throw this.proofs.refused(unspent);
    if (!counted) {
      const { channel, matchDigits } = await this.find(id, device);
      if (channel === 'approve') throw isApproval(id);
      if (matchDigits !== null && match === null) throw matchMissing();
      if (matchDigits === null && match !== null) throw matchNotAsked();
      throw await this.devices.pinRefused(device.deviceId);
    }
    const { deviceId } = device;
    await this.devices.judgePin({ purpose: 'open', id, deviceId, proof, counted });
    await this.judgeMatch(id, { typed: match, expected: counted.matchDigits }, device);
    if (counted.channel === 'sign') return this.openToSign(id, counted, cardProof, device);
    const code = randomCode();
    const signed = signJws(this.keys.signing[0], 'pushguard-code+jwt', {
      v: 1,
      authenticationId: id,
      deviceId: device.deviceId,
      code,
      relyingParty: counted.relyingParty,
      purpose: readTexts(this.keys, id, counted).purpose,
      expiresAt: counted.expiresAt.toISOString(),
    });
    const envelope = seal(signed, { kid: device.deviceId, key: counted.encryptionKey });
    const codeDigest = this.keys.codes.of(code, counted.clientId, id);
    const deliveryId = await this.store.open(id, deviceId, { codeDigest, envelope, match });
    if (deliveryId) {
      this.watcher.announce(id, 'opened');
      this.funnel.opened(counted.channel, counted.expiresAt);
      this.queue.enqueue(deliveryId);
    } else if ((await this.find(id, device)).state !== 'opened') {
      throw new Problem('subscription_not_active', 'The subscription is suspended. Contact the call centre.');
    }
    return { state: 'opened' };
  }

  /**
   * Verifies the person, after the right PIN and the digits that the page of the relying party shows. The PIN is counted
   * before it is compared, and its proof covers the digits that were sent.
   * Problems: `device_proof_invalid`, `authentication_not_found`, `authentication_closed`, `authentication_expired`,
   * `pin_mismatch`, `pin_locked`, `pin_exhausted`, `match_mismatch`, `invalid_request`, `subscription_not_active`.
   */
  approve(id: string, proofs: ApprovingProofs, unspent: UnspentProof): Promise<{ state: 'verified' }> {
    return this.devices.inPinTurn(unspent.device.deviceId, () => this.approveInTurn(id, proofs, unspent));
  }

  private async approveInTurn(
    id: string,
    { pinProof: proof, match }: ApprovingProofs,
    unspent: UnspentProof,
  ): Promise<{ state: 'verified' }> {
    const { device } = unspent;
    const { deviceId } = device;
    const counted = await this.store.countPinOfApproval(unspent, id);
    if (counted === null) throw this.proofs.refused(unspent);
    if (!counted) {
      if ((await this.find(id, device)).channel !== 'approve') throw isNoApproval(id);
      throw await this.devices.pinRefused(deviceId);
    }
    await this.devices.judgePin({ purpose: 'approve', id, deviceId, proof, match, counted });
    await this.judgeMatch(id, { typed: match, expected: counted.matchDigits }, device);
    const approved = await this.store.approve(id, deviceId, match);
    if (!approved) {
      await this.find(id, device);
      throw new Problem('subscription_not_active', 'The subscription is suspended. Contact the call centre.');
    }
    this.watcher.announce(id);
    this.funnel.attempted(approved);
    return { state: 'verified' };
  }

  /**
   * Judges the digits that came with a right PIN, and counts wrong ones. Problems: `match_mismatch`, and those of an
   * authentication that has ended.
   */
  private async judgeMatch(
    id: string,
    { typed, expected }: { typed: string | null; expected: string | null },
    device: ProvenDevice,
  ): Promise<void> {
    const { deviceId } = device;
    // Both or none: any other opening was not counted.
    if (typed === null || expected === null) return;
    if (equalInConstantTime(Buffer.from(typed), Buffer.from(expected))) return;
    const wrong = await this.store.countWrongMatch(id, deviceId, typed);
    if (!wrong) {
      // Somebody opened it with the right digits before: a second opening changes nothing.
      if ((await this.find(id, device)).state === 'opened') return;
      throw new Problem('subscription_not_active', 'The subscription is suspended. Contact the call centre.');
    }
    this.funnel.wrongMatch(wrong);
    if (wrong.state === 'failed') this.watcher.announce(id);
    throw matchMismatch(wrong.attemptsLeft);
  }

  /**
   * Opens a transaction after the right PIN. If the device belongs to a card, the person must have tapped the card for
   * exactly this transaction.
   */
  private async openToSign(
    id: string,
    { cardKey, nonce, channel, expiresAt }: CountedOpening,
    cardProof: string | undefined,
    device: ProvenDevice,
  ): Promise<{ state: 'opened' }> {
    const { deviceId } = device;
    if (cardKey) {
      await this.store.resetPin(deviceId);
      const { transaction } = await this.find(id, device);
      const question = transactionQuestion(id, readTransaction(this.keys, id, transaction));
      const tapped = { authenticationId: id, deviceId, nonce: nonce.toString('base64url'), question };
      if (!isTapOf(cardKey, cardProof ?? '', tapped)) {
        throw new Problem('card_mismatch', 'Hold the institution’s card against the phone and send cardProof.');
      }
    }
    if (await this.store.openToSign(id, deviceId)) {
      this.watcher.announce(id, 'opened');
      this.funnel.opened(channel, expiresAt);
    } else if ((await this.find(id, device)).state !== 'opened') {
      throw new Problem('subscription_not_active', 'The subscription is suspended. Contact the call centre.');
    }
    return { state: 'opened' };
  }

  /**
   * Returns the code's JWE, in case the push was lost.
   * Problems: `envelope_not_ready`, `authentication_not_found`, `authentication_closed`, `authentication_expired`.
   */
  async envelope(id: string, device: ProvenDevice): Promise<{ envelope: string }> {
    const { envelope } = await this.find(id, device);
    if (!envelope) throw new Problem('envelope_not_ready', 'Open the authentication with the PIN first.');
    return { envelope };
  }

  /**
   * Declines the authentication, which closes it. After `not_me`, the relying party's starts for this person ring no
   * phone for an hour.
   * Problems: `authentication_not_found`, `authentication_closed`, `authentication_expired`, `subscription_not_active`
   * while the device is under test.
   */
  async decline(id: string, reason: DeclineReason, device: ProvenDevice): Promise<void> {
    const asked = await this.find(id, device);
    const quietKey = await this.quietKeys.of(asked);
    if (!(await this.store.decline(id, device.deviceId, reason, quietKey))) {
      await this.find(id, device);
      throw underTest();
    }
    this.watcher.announce(id);
    this.funnel.count('declined', asked.channel);
  }

  /** Returns an authentication that is still open to this phone. */
  private async find(id: string, { deviceId }: ProvenDevice): Promise<DeviceRequest> {
    const request = await this.store.requestOf(deviceId, id);
    if (!request) throw notFound();
    const state = stateAt(request);
    if (state !== 'pending' && state !== 'opened') throw closedProblem(state);
    return request;
  }

  private readEndUser({ id, endUser }: DeviceRequest): PendingRequest['endUser'] {
    if (!endUser) return null;
    const text = this.keys.fields.decrypt(endUser, `authentications:end_user:${id}`).toString('utf8');
    return JSON.parse(text) as PendingRequest['endUser'];
  }
}

/** `match_mismatch`, with the digits that are left: 0 where these were the third. */
function matchMismatch(attemptsLeft: number): Problem {
  const detail =
    attemptsLeft === 0
      ? 'The digits were wrong three times, which ended the authentication. Start again on the page that asked.'
      : 'Ask the person to type the two digits that the page shows.';
  return new Problem('match_mismatch', detail, { attemptsLeft });
}

function matchMissing(): Problem {
  return faulty('/match', 'Send the two digits that the page shows, as the person typed them.');
}

function matchNotAsked(): Problem {
  return faulty('/match', 'This authentication asks for no digits. Leave match out.');
}

function isApproval(id: string): Problem {
  return faulty('', `This authentication is approved, not opened. Call POST /app/v1/authentications/${id}/approve.`);
}

function isNoApproval(id: string): Problem {
  return faulty('', `This authentication is opened, not approved. Call POST /app/v1/authentications/${id}/open.`);
}

function faulty(pointer: string, detail: string): Problem {
  return new Problem('invalid_request', 'Correct the fields listed in errors.', { errors: [{ pointer, detail }] });
}
