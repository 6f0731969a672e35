import { AuditChain } from './audit-chain.ts';
import { BlindIndex } from './blind-index.ts';
import { CodeDigest } from './code-digest.ts';
import { DeviceCipher } from './device-cipher.ts';
import { FieldCipher } from './field-cipher.ts';
import type { Keyring } from './keyring.ts';
import { VapidKeys } from './vapid-keys.ts';

/** The keyring as features use it: each secret is wrapped by the object for its one purpose. */
export class ServiceKeys {
  readonly fields: FieldCipher;
  readonly devices: DeviceCipher;
  readonly indexes: BlindIndex;
  readonly codes: CodeDigest;
  readonly subject: Buffer;
  readonly audit: AuditChain;
  readonly signing: Keyring['signing'];
  readonly vapid: VapidKeys;

  constructor(ring: Keyring) {
    this.fields = new FieldCipher(ring.field);
    this.devices = new DeviceCipher(this.fields);
    this.indexes = new BlindIndex(ring.index);
    this.codes = new CodeDigest(ring.code);
    this.subject = ring.subject;
    this.audit = new AuditChain(ring.subject);
    this.signing = ring.signing;
    this.vapid = new VapidKeys(ring.vapid);
  }
}
