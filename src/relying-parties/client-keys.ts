import { Logger } from '@nestjs/common';
import { namedKey } from '../crypto/client-assertion.ts';
import { readPublishedJwks, type PublicKeys } from '../crypto/client-jwks.ts';
import type { Outbound, OutboundAnswer } from '../gateways/outbound/outbound.ts';
import { RareWarnings } from '../process/rare-warnings.ts';
import { SharedWork } from '../process/shared-work.ts';
import type { Client } from './client.entity.ts';

/** Milliseconds for which the keys of an address serve without another look, as those of this service may be kept. */
const FRESH_MS = 300_000;
/** Milliseconds for which they serve where the address does not answer. A key that a client withdraws is over by then. */
const MOST_AGE_MS = 3_600_000;
/**
 * Milliseconds from one look at an address to the next, after a failure or for a `kid` that is not there. A stranger can send an
 * assertion with such a `kid`.
 */
const PAUSE_MS = 30_000;
/** The same after a failure where no key is kept: until then, the client is refused. */
const FIRST_PAUSE_MS = 2_000;
/** The host says that there are no keys any more. */
const GONE = [404, 410];
/** Milliseconds for one look, from the resolution of the name to the end of the answer. */
const DEADLINE_MS = 5_000;
/** Addresses whose keys a process keeps. */
const MOST_ADDRESSES = 1_000;

const NO_KEYS: PublicKeys = { keys: [] };

/** The keys that an address answered last, in milliseconds of the clock. */
interface Kept {
  keys: PublicKeys;
  fetchedAt: number;
  pausedUntil: number;
}

/**
 * The public keys of clients: those that are registered, or those that a client publishes at its `jwks_uri` (RFC 7591, 2). They
 * are fetched when they are needed, and kept by each process.
 */
export class ClientKeys {
  private readonly warnings = new RareWarnings(new Logger(ClientKeys.name));
  private readonly kept = new Map<string, Kept>();
  private readonly fetching = new SharedWork<void>();

  /** `now`: a clock in milliseconds. */
  constructor(
    private readonly outbound: Outbound,
    private readonly now = () => performance.now(),
  ) {}

  /**
   * The keys with one of which the client signed `jwt`, as far as they are known: none while its address cannot be read. A `kid`
   * that is not among the kept ones is looked for at the address.
   */
  async of({ jwks, jwksUri }: Pick<Client, 'jwks' | 'jwksUri'>, jwt: string): Promise<object> {
    return jwksUri === null ? (jwks ?? NO_KEYS) : this.at(jwksUri, namedKey(jwt));
  }

  private async at(address: string, kid: string | undefined): Promise<PublicKeys> {
    const isFresh = this.ageOf(address) < FRESH_MS;
    const isKnown = isFresh && this.has(address, kid);
    const isPaused = this.now() < (this.kept.get(address)?.pausedUntil ?? -Infinity);
    if (!isKnown && !isPaused) await this.fetching.run(address, () => this.fetch(address, isFresh));
    return this.ageOf(address) < MOST_AGE_MS ? (this.kept.get(address)?.keys ?? NO_KEYS) : NO_KEYS;
  }

  private ageOf(address: string): number {
    const { fetchedAt = -Infinity } = this.kept.get(address) ?? {};
    return this.now() - fetchedAt;
  }

  /** Without a `kid`, any key may be the one. */
  private has(address: string, kid: string | undefined): boolean {
    return this.kept.get(address)?.keys.keys.some((key) => kid === undefined || key.kid === kid) === true;
  }

  /** `isForKid`: the kept ones would do but for an unknown `kid`. */
  private async fetch(address: string, isForKid: boolean): Promise<void> {
    const answer = await this.outbound.send({
      url: address,
      method: 'GET',
      headers: { accept: 'application/jwk-set+json, application/json', 'user-agent': 'Pushguard-JWKS/1' },
      deadlineMs: DEADLINE_MS,
    });
    const keys = keysIn(answer);
    const now = this.now();
    if (!keys) this.warnings.warn(address, `no keys of a client could be read there (${whyNot(answer)})`);
    const { keys: former = NO_KEYS, fetchedAt = -Infinity } = this.kept.get(address) ?? {};
    const isServed = former.keys.length > 0 && now - fetchedAt < MOST_AGE_MS;
    const pause = keys || isServed ? PAUSE_MS : FIRST_PAUSE_MS;
    // The address that was asked longest ago is the first one.
    this.kept.delete(address);
    if (this.kept.size >= MOST_ADDRESSES) this.forgetOne();
    this.kept.set(address, {
      keys: keys ?? former,
      fetchedAt: keys ? now : fetchedAt,
      pausedUntil: keys && keys.keys.length > 0 && !isForKid ? now : now + pause,
    });
  }

  private forgetOne(): void {
    const [oldest] = this.kept.keys();
    if (oldest !== undefined) this.kept.delete(oldest);
  }

  /** Gives up the looks under way. */
  onApplicationShutdown(): void {
    this.outbound.close();
  }
}

/**
 * The keys that an answer gives, which are none where a client withdrew them all. Undefined where it tells nothing about them.
 * No redirect is followed: only the address that was registered says which keys are the client's.
 */
function keysIn(answer: OutboundAnswer): PublicKeys | undefined {
  if (answer.kind === 'failed') return undefined;
  if (GONE.includes(answer.status)) return NO_KEYS;
  return answer.status === 200 ? readPublishedJwks(answer.body) : undefined;
}

function whyNot(answer: OutboundAnswer): string {
  if (answer.kind === 'failed') return answer.fault;
  return answer.status === 200 ? 'no key set' : `status ${answer.status}`;
}
