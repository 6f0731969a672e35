import pg from 'pg';
import { publicKey } from '../../src/crypto/compact-jws.ts';
import { isProvenBy, readDeviceProof } from '../../src/crypto/device-proof.ts';
import type { PublicJwk } from '../../src/crypto/keyring.ts';
import type { ServiceKeys } from '../../src/crypto/service-keys.ts';
import { PUSH_SERVICE_OF } from '../../src/domain/push-service.ts';
import type { PushGateway, PushMessage } from '../../src/gateways/push/push.ts';

/** A row of the table that replaces lines, subscriptions and devices for the floor and the peer. */
export interface PhoneRow {
  deviceId: string;
  platform: 'android' | 'ios';
  pushToken: Buffer;
}

const SIGNING_KEY = { name: 'signing_key', text: 'SELECT signing_key AS key FROM people WHERE device_id = $1' };

/**
 * The common part of the floor and the peer: they know the phones' keys, verify a proof and send a push, and no more.
 */
export class BarePeople {
  readonly #signingKeys = new Map<string, NonNullable<ReturnType<typeof publicKey>>>();

  constructor(
    readonly pool: pg.Pool,
    readonly keys: ServiceKeys,
    private readonly push: PushGateway,
  ) {}

  /** The device that signed this request's proof. */
  async proven(compact: string | undefined, request: { method: string; url: string; body: Buffer }): Promise<string> {
    const proof = readDeviceProof(compact, { ...request, now: new Date() });
    if (typeof proof === 'string') throw new Error(proof);
    const deviceId = proof.kid ?? '';
    const key = this.#signingKeys.get(deviceId) ?? (await this.#signingKey(deviceId));
    if (!isProvenBy(proof, key)) throw new Error('the proof is not signed by this device');
    return deviceId;
  }

  /** Sends without waiting for the outcome: no queue would retry it. */
  send(phone: PhoneRow, content: { t: 'wake' | 'code'; id: string; envelope?: string }): void {
    const { deviceId, platform } = phone;
    const token = this.keys.fields.decrypt(phone.pushToken, `devices:push_token:${deviceId}`).toString('utf8');
    const message: PushMessage = {
      id: `${content.t}-${content.id}`,
      service: PUSH_SERVICE_OF[platform],
      token,
      data: { t: content.t, id: content.id, ...(content.envelope !== undefined && { envelope: content.envelope }) },
      alert: { title: '본인확인 요청', body: '앱을 열어 확인해 주세요. Open the app to continue.' },
      style: content.t === 'wake' ? 'alert' : 'data',
      collapseKey: content.id,
      ttlSeconds: 180,
    };
    void this.push.send(message, 4_000).then((outcome) => {
      if (outcome.kind !== 'accepted') process.stderr.write(`push: ${JSON.stringify(outcome)}\n`);
    });
  }

  async #signingKey(deviceId: string): Promise<NonNullable<ReturnType<typeof publicKey>>> {
    const { rows } = await this.pool.query<{ key: PublicJwk }>({ ...SIGNING_KEY, values: [deviceId] });
    const key = publicKey(rows[0]?.key);
    if (!key) throw new Error('no such device');
    this.#signingKeys.set(deviceId, key);
    return key;
  }
}

/** As many connections as the service has by default, to a separate database. */
export function barePool(connectionString: string, max: number): pg.Pool {
  const pool = new pg.Pool({ connectionString, max });
  pool.on('error', () => undefined);
  return pool;
}
