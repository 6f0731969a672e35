import { Injectable } from '@nestjs/common';
import { ServiceKeys } from '../../crypto/service-keys.ts';

/** What is kept of a subscription in secret. */
export interface SinkSecrets {
  /** The number that the client named; left out of a subscription that a person's token made. */
  phoneNumber?: string;
  /** The bearer token of the sink; left out where the client gave none. */
  token?: string;
}

/** Encrypts the secrets of subscriptions, each bound to its row. */
@Injectable()
export class SealedSinks {
  constructor(private readonly keys: ServiceKeys) {}

  seal(id: string, secrets: SinkSecrets): Buffer {
    return this.keys.fields.encrypt(JSON.stringify(secrets), placeOf(id));
  }

  /** Throws when the key is lost, or the row is not the one that it was sealed for. */
  open(id: string, sealed: Buffer): SinkSecrets {
    return JSON.parse(this.keys.fields.decrypt(sealed, placeOf(id)).toString('utf8')) as SinkSecrets;
  }
}

/** The place to which the ciphertext is bound. */
function placeOf(id: string): string {
  return `swap_subscriptions:sealed:${id}`;
}
