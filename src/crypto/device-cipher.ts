import type { FieldCipher } from './field-cipher.ts';
import type { PublicJwk } from './keyring.ts';

/** What the service keeps encrypted for a device. */
export type DeviceSecret = 'devices:knowledge_key' | 'devices:push_token' | `authenticators:secret:${string}`;

/** What a device's secrets are bound to; none of it changes during the life of the device. */
export interface BoundDevice {
  id: string;
  subscriptionId: string;
  issuerId: string | null;
  signingKey: PublicJwk;
  encryptionKey: PublicJwk;
  cardKey: PublicJwk | null;
}

/**
 * Encrypts what is kept for a device, bound to its subscription, issuer and keys: a row that was moved to another
 * subscription or given other keys in the database opens nothing.
 */
export class DeviceCipher {
  constructor(private readonly fields: FieldCipher) {}

  /** `bond` is `deviceBond` of the device, or what the statements select by the SQL of that name. */
  encrypt(secret: DeviceSecret, plaintext: string | Uint8Array, bond: string): Buffer {
    return this.fields.encrypt(plaintext, `${secret}:${bond}`);
  }

  /**
   * Returns null when the row was moved, given other keys or altered.
   * Older versions bound a secret to its row alone; `npm run reencrypt` binds those secrets too.
   */
  decrypt(secret: DeviceSecret, ciphertext: Buffer, bond: string): Buffer | null {
    const bound = this.decryptBound(secret, ciphertext, bond);
    return bound ?? this.fields.decryptIfOf(ciphertext, placeOfRow(secret, bond));
  }

  /** The same without the form of older versions. */
  decryptBound(secret: DeviceSecret, ciphertext: Buffer, bond: string): Buffer | null {
    return this.fields.decryptIfOf(ciphertext, `${secret}:${bond}`);
  }
}

/**
 * The text to which a device's secrets are bound. The SQL `deviceBond` in `database/statement-parts.ts` makes the same
 * text from a row.
 */
export function deviceBond({ id, subscriptionId, issuerId, signingKey, encryptionKey, cardKey }: BoundDevice): string {
  const point = ({ x, y }: PublicJwk) => `${x}.${y}`;
  return [
    id,
    subscriptionId,
    issuerId ?? '',
    point(signingKey),
    point(encryptionKey),
    cardKey ? point(cardKey) : '',
  ].join(':');
}

function placeOfRow(secret: DeviceSecret, bond: string): string {
  return secret.startsWith('devices:') ? `${secret}:${bond.slice(0, bond.indexOf(':'))}` : secret;
}
