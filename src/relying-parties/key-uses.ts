import { Injectable } from '@nestjs/common';
import { ClientStore } from './client.store.ts';

/** The key with which a client authenticated: a secret, or a key of its JWKS. */
export type UsedKey = { kind: 'secret'; digest: Buffer; isTest: boolean } | { kind: 'key'; thumbprint: string };

/** Milliseconds for which this process writes no further use of a key. */
const NOTED_MS = 60_000;

/** Keeps when each key of a client was last used, to the minute. Keys are used at the token endpoint alone. */
@Injectable()
export class KeyUses {
  private readonly noted = new Map<string, number>();

  constructor(private readonly store: ClientStore) {}

  async note(clientId: string, used: UsedKey): Promise<void> {
    const key = `${clientId} ${used.kind === 'secret' ? used.digest.toString('hex') : used.thumbprint}`;
    const now = performance.now();
    if (now - (this.noted.get(key) ?? -NOTED_MS) < NOTED_MS) return;
    if (used.kind === 'secret') await this.store.noteSecret(clientId, used.digest, used.isTest);
    else await this.store.noteKey(clientId, used.thumbprint);
    this.noted.set(key, now);
  }
}
