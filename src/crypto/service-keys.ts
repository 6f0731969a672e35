import { AuditChain } from './audit-chain.ts';
import { BlindIndex } from './blind-index.ts';
import { CodeDigest } from './code-digest.ts';
import { FieldCipher } from './field-cipher.ts';
import type { Keyring } from './keyring.ts';

/** The keyring in the shape in which features use it: each secret behind the one thing it is for. */
export class ServiceKeys {
  readonly fields: FieldCipher;
  readonly indexes: BlindIndex;
  readonly codes: CodeDigest;
  readonly subject: Buffer;
  readonly audit: AuditChain;
  readonly signing: Keyring['signing'];

  constructor(ring: Keyring) {
    this.fields = new FieldCipher(ring.field);
    this.indexes = new BlindIndex(ring.index);
    this.codes = new CodeDigest(ring.code);
    this.subject = ring.subject;
    this.audit = new AuditChain(ring.subject);
    this.signing = ring.signing;
  }
}
