import { Injectable } from '@nestjs/common';
import { ClientStore } from './client.store.ts';
import { NotedUses } from './noted-uses.ts';

/** The key with which a client authenticated: a secret, or a key of its JWKS. */
export type UsedKey = { kind: 'secret'; digest: Buffer; isTest: boolean } | { kind: 'key'; thumbprint: string };

/** Keeps when each key of a client was last used, to the minute. Keys are used at the endpoints below `/oauth2`. */
@Injectable()
export class KeyUses {
  private readonly noted = new NotedUses();

  constructor(private readonly store: ClientStore) {}

  async note(clientId: string, used: UsedKey): Promise<void> {
    const key = `${clientId} ${used.kind === 'secret' ? used.digest.toString('hex') : used.thumbprint}`;
    await this.noted.note(key, () =>
      used.kind === 'secret'
        ? this.store.noteSecret(clientId, used.digest, used.isTest)
        : this.store.noteKey(clientId, used.thumbprint),
    );
  }
}
