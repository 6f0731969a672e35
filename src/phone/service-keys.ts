import { problemOf } from './problem-error.ts';
import type { PublicJwk } from './device-keys.ts';

/** One of the service's ES256 keys, from `/oauth2/jwks`. */
export type ServiceKey = PublicJwk & { kid: string };

/**
 * The service's signing keys, pinned at enrolment.
 * They are fetched again only when an envelope names an unknown key, which indicates a rotation; the published keys
 * then replace the pinned ones.
 */
export class ServiceKeys {
  constructor(
    private readonly issuer: string,
    private readonly fetch: typeof globalThis.fetch,
    private pinned: readonly ServiceKey[],
  ) {}

  /** Fetches the keys that `${issuer}/oauth2/jwks` publishes. Rejects with ProblemError. */
  static async fetched(issuer: string, fetch: typeof globalThis.fetch): Promise<ServiceKeys> {
    return new ServiceKeys(issuer, fetch, await fetchServiceKeys(issuer, fetch));
  }

  /** The key with this id, after at most one fetch; undefined when the service publishes no such key. */
  async find(kid: string): Promise<ServiceKey | undefined> {
    const known = this.pinned.find((key) => key.kid === kid);
    if (known !== undefined) return known;
    this.pinned = await fetchServiceKeys(this.issuer, this.fetch);
    return this.pinned.find((key) => key.kid === kid);
  }

  /** The keys to store. */
  toState(): ServiceKey[] {
    return [...this.pinned];
  }
}

async function fetchServiceKeys(issuer: string, fetch: typeof globalThis.fetch): Promise<ServiceKey[]> {
  const response = await fetch(`${issuer}/oauth2/jwks`, { signal: AbortSignal.timeout(20_000) });
  if (!response.ok) throw await problemOf(response);
  const { keys } = (await response.json()) as { keys: Partial<Record<string, unknown>>[] };
  return keys.flatMap((jwk) => serviceKeyFrom(jwk) ?? []);
}

/** Accepts only keys that can verify a code's signature, and copies only the members that this needs. */
function serviceKeyFrom({ kty, crv, x, y, kid, use }: Partial<Record<string, unknown>>): ServiceKey | undefined {
  if (kty !== 'EC' || crv !== 'P-256' || (use !== undefined && use !== 'sig')) return undefined;
  if (typeof x !== 'string' || typeof y !== 'string' || typeof kid !== 'string') return undefined;
  return { kty, crv, x, y, kid };
}
