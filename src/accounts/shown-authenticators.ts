import { Injectable } from '@nestjs/common';
import { newTotpSecret } from '../crypto/account-secrets.ts';
import { ServiceKeys } from '../crypto/service-keys.ts';

/** The secret of an authenticator that a page shows before the person has proved it. */
export interface ShownAuthenticator {
  /** Base32. */
  totpSecret: string;
  /** The secret, encrypted, which comes back with the form. */
  sealed: string;
}

/**
 * Secrets of authenticators that pages show and that are stored nowhere until a person has proved one. A form brings its
 * own back encrypted, so that no other site can choose a secret for a person.
 */
@Injectable()
export class ShownAuthenticators {
  constructor(private readonly keys: ServiceKeys) {}

  /** Returns a new secret for a page; `place` says what the page is about. */
  show(place: string): ShownAuthenticator {
    return this.sealed(newTotpSecret(), place);
  }

  /** Returns the secret that a page about `place` showed. One that no such page showed is replaced by a new one. */
  shown(sealed: string, place: string): ShownAuthenticator {
    try {
      const secret = this.keys.fields.decryptIfOf(Buffer.from(sealed, 'base64url'), place);
      if (secret) return this.sealed(secret.toString(), place);
    } catch {
      // The key of a page from before a change of keys, or no ciphertext at all.
    }
    return this.show(place);
  }

  private sealed(totpSecret: string, place: string): ShownAuthenticator {
    return { totpSecret, sealed: this.keys.fields.encrypt(totpSecret, place).toString('base64url') };
  }
}
