import { AuditChain } from './audit-chain.ts';
import { BlindIndex } from './blind-index.ts';
import { CodeDigest } from './code-digest.ts';
import { equalInConstantTime } from './constant-time.ts';
import type { IdTokenAlgorithm } from '../domain/client.ts';
import { DeviceCipher } from './device-cipher.ts';
import { FieldCipher } from './field-cipher.ts';
import type { Keyring } from './keyring.ts';
import { VapidKeys } from './vapid-keys.ts';

/** The keyring as features use it: each secret is wrapped by the object for its one purpose. */
export class ServiceKeys {
  #ring: Keyring;
  #present: ReturnType<typeof wrapped>;

  constructor(ring: Keyring) {
    this.#ring = ring;
    this.#present = wrapped(ring);
  }

  /** The keyring of the moment. */
  get ring(): Keyring {
    return this.#ring;
  }

  get fields(): FieldCipher {
    return this.#present.fields;
  }

  get devices(): DeviceCipher {
    return this.#present.devices;
  }

  get indexes(): BlindIndex {
    return this.#present.indexes;
  }

  get codes(): CodeDigest {
    return this.#present.codes;
  }

  get subject(): Buffer {
    return this.#ring.subject;
  }

  get audit(): AuditChain {
    return this.#present.audit;
  }

  get signing(): Keyring['signing'] {
    return this.#ring.signing;
  }

  get rsa(): Keyring['rsa'] {
    return this.#ring.rsa;
  }

  /** Whether there is a key for an algorithm of id_tokens. Without one, every log-in of a client that reads it fails. */
  canSign(algorithm: IdTokenAlgorithm): boolean {
    return algorithm !== 'RS256' || this.rsa.length > 0;
  }

  get vapid(): VapidKeys {
    return this.#present.vapid;
  }

  /** Uses another keyring from now on. Throws, and changes nothing, if it cannot follow the present one. */
  use(ring: Keyring): void {
    requireSuccessor(this.#ring, ring);
    this.#present = wrapped(ring);
    this.#ring = ring;
  }

  /** Returns a function whose value `make` makes once under each keyring: what it encrypts stays readable after `use`. */
  derived<Value>(make: () => Value): () => Value {
    let [made, under] = [make(), this.#ring];
    return () => {
      if (under !== this.#ring) [made, under] = [make(), this.#ring];
      return made;
    };
  }
}

/**
 * Throws, with the name of the part and no key, unless `next` reads what is written under `present`: rows are written until
 * the moment of the change. A signing key may end at once, because one that was stolen has to.
 */
export function requireSuccessor(present: Keyring, next: Keyring): void {
  if (!equalInConstantTime(present.subject, next.subject)) throw new Error('keyring: "subject" must stay as it is');
  for (const part of ['field', 'index', 'code'] as const) {
    const [{ kid }] = present[part];
    if (!next[part].some((key) => key.kid === kid))
      throw new Error(`keyring: the key ${kid} in "${part}" is in use and must stay`);
    for (const { kid: same, key } of next[part]) {
      const known = present[part].find((one) => one.kid === same);
      if (known && !equalInConstantTime(known.key, key))
        throw new Error(`keyring: ${same} in "${part}" names another key than before`);
    }
  }
}

function wrapped(ring: Keyring) {
  const fields = new FieldCipher(ring.field);
  return {
    fields,
    devices: new DeviceCipher(fields),
    indexes: new BlindIndex(ring.index),
    codes: new CodeDigest(ring.code),
    audit: new AuditChain(ring.subject),
    vapid: new VapidKeys(ring.vapid),
  };
}
