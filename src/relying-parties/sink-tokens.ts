import { Injectable, Logger } from '@nestjs/common';
import type { Caller } from '../crypto/access-token.ts';
import { randomId, randomToken } from '../crypto/random.ts';
import { sha256 } from '../crypto/sha256.ts';
import type { Session } from '../database/database.ts';
import { Problem } from '../domain/problem.ts';
import { AdmissionStore } from './admission.store.ts';
import { refused } from './client-settings.ts';
import { NotedUses } from './noted-uses.ts';
import { SinkTokenStore, type ListedSinkToken } from './sink-token.store.ts';

/** Tells a reader, and programs that look for secrets in the wrong place, what it is. */
const PREFIX = 'pgsink_';
const TOKEN_BYTES = 32;
/** The scheme is in either case (RFC 9110, 11.1), the token is not. */
const FORM = new RegExp(`^[Bb][Ee][Aa][Rr][Ee][Rr] (${PREFIX}[\\w-]{43})$`);
/** Of one client: as many subscriptions as a carrier's platforms have, and few enough to be looked through. */
const MAX_SERVING = 20;
/** Milliseconds for which an admitted token is not looked up again: it is refused everywhere a second after it ended. */
const ADMITTED_MS = 1_000;
const DAY_MS = 86_400_000;

/** A token that was issued. It is shown once and stored nowhere. */
export interface IssuedSinkToken {
  id: string;
  clientId: string;
  token: string;
  expiresAt: Date;
}

export type { ListedSinkToken } from './sink-token.store.ts';

/** A token that this process looked up last at `at`; requests at the same moment await the same lookup. */
interface LookedUp {
  caller: Promise<Caller>;
  at: number;
}

/**
 * Long-lived bearers for the carrier feed: a CAMARA subscription carries one token for as long as it lives
 * (`sinkCredential`), and the platform that delivers its events can get no other. The caller of what changes one audits
 * it in the same transaction.
 */
@Injectable()
export class SinkTokens {
  private readonly logger = new Logger(SinkTokens.name);
  private readonly lookedUp = new Map<string, LookedUp>();
  private readonly noted = new NotedUses();

  constructor(
    private readonly clients: AdmissionStore,
    private readonly store: SinkTokenStore,
  ) {}

  /** Issues a token for a client of the scope `carrier`. Problems: `invalid_request`. */
  async issue(session: Session, clientId: string, days: number, note: string | null): Promise<IssuedSinkToken> {
    const client = await this.clients.lock(session, clientId);
    if (!client) throw refused(`No client has the id ${clientId}. See: npm run client -- list`);
    if (client.disabledAt !== null) throw refused(`${clientId} is disabled, and stays so.`);
    if (!client.scopes.includes('carrier'))
      throw refused(`${clientId} has not the scope carrier, which a sink token needs.`);
    if ((await this.store.serving(session, client.id)) >= MAX_SERVING)
      throw refused(`${clientId} has ${MAX_SERVING} sink tokens that serve. Revoke one first: list ${clientId}`);
    const [id, token] = [randomId(), PREFIX + randomToken(TOKEN_BYTES)];
    const expiresAt = new Date(Date.now() + days * DAY_MS);
    await this.store.insert(session, { id, clientId: client.id, digest: sha256(token), note, expiresAt });
    return { id, clientId, token, expiresAt };
  }

  /** Lists the tokens of one client, or of all, oldest first, also those that ended within 90 days. */
  list(clientId: string | null): Promise<ListedSinkToken[]> {
    return this.store.list(clientId);
  }

  /** Ends a token, for good. Problems: `invalid_request`. */
  async revoke(session: Session, id: string): Promise<void> {
    if (await this.store.revoke(session, id)) return;
    const isKnown = await this.store.exists(id);
    throw refused(isKnown ? `The sink token ${id} is revoked already.` : `No sink token has the id ${id}. See: list`);
  }

  /** The client of a token. Problems: `invalid_token`, also when its client is disabled or lost the scope. */
  async callerOf(token: string): Promise<Caller> {
    const digest = sha256(token);
    const key = digest.toString('hex');
    const now = performance.now();
    const known = this.lookedUp.get(key);
    if (known && now - known.at < ADMITTED_MS) return known.caller;
    for (const [one, { at }] of this.lookedUp) if (now - at >= ADMITTED_MS) this.lookedUp.delete(one);
    const caller = this.lookUp(digest);
    this.lookedUp.set(key, { caller, at: now });
    // A refusal is not kept: a wrong token has to cost no memory.
    caller.catch(() => this.lookedUp.delete(key));
    return caller;
  }

  private async lookUp(digest: Buffer): Promise<Caller> {
    const found = await this.store.caller(digest);
    if (!found) {
      throw new Problem(
        'invalid_token',
        'This sink token is unknown, expired or revoked. Ask the operator of the service for another one.',
      );
    }
    await this.noteUse(found.id);
    return { id: found.callerId, clientId: found.clientId, scopes: ['carrier'] };
  }

  /** A use that cannot be noted refuses no event. */
  private async noteUse(id: string): Promise<void> {
    await this.noted
      .note(id, () => this.store.noteUse(id))
      .catch((error: unknown) => {
        this.logger.warn(`the use of sink token ${id} is not noted: ${(error as Error).message}`);
      });
  }
}

/** The sink token of an `Authorization` header, or undefined for any other header. */
export function sinkTokenIn(authorization: string | undefined): string | undefined {
  return FORM.exec(authorization ?? '')?.[1];
}
