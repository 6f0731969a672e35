import type { VerifiedPerson } from '../authentication/assertion.ts';
import { ageOn, seoulDay } from '../domain/person.ts';

/**
 * The scopes of a person's identity (OpenID Connect Core 1.0, 5.4), and the claims that each releases. A client that may
 * use OpenID Connect may ask for all of them: together they say what the result of an authentication says.
 */
export const SCOPE_CLAIMS = {
  // Warnings, which every relying party is told (contract).
  openid: ['urn:pushguard:recently_reissued', 'urn:pushguard:recent_sim_change', 'urn:pushguard:recently_enrolled'],
  profile: ['birthdate', 'gender'],
  phone: ['phone_number', 'phone_number_verified'],
  kr_identity: ['urn:pushguard:foreigner', 'urn:pushguard:channel'],
  kr_di: ['di'],
} as const;

export type OpenIdScope = keyof typeof SCOPE_CLAIMS;

/** Released by the `claims` parameter alone: it says of an adult no more than that. */
const ON_REQUEST = ['urn:pushguard:age_over_19'] as const;

export type ClaimName = (typeof SCOPE_CLAIMS)[OpenIdScope][number] | (typeof ON_REQUEST)[number];

export const OPENID_SCOPES = Object.keys(SCOPE_CLAIMS) as OpenIdScope[];
export const CLAIM_NAMES = [...Object.values(SCOPE_CLAIMS).flat(), ...ON_REQUEST] as readonly ClaimName[];

/** Full years from which a person is of age (Korean Civil Act, article 4). */
const ADULT_YEARS = 19;

/** What a client may learn about a person. */
export interface Released {
  scopes: readonly string[];
  /** Claims that the `claims` parameter names beside those of the scopes. */
  claims: readonly string[];
}

/**
 * The claims of a verified person by the names of OpenID Connect, as far as they are released. Flags of the line are
 * present only while they are true. `di` is the person's value in the client's sector.
 */
export function claimsOf(
  person: VerifiedPerson,
  { scopes, claims }: Released,
  di: string,
): Partial<Record<ClaimName, unknown>> {
  const all: Record<ClaimName, unknown> = {
    birthdate: person.birthDate,
    gender: person.gender,
    phone_number: person.phoneNumber,
    phone_number_verified: true,
    'urn:pushguard:foreigner': person.foreigner,
    'urn:pushguard:channel': person.channel,
    'urn:pushguard:recently_reissued': person.recentlyReissued,
    'urn:pushguard:recent_sim_change': person.recentSimChange,
    'urn:pushguard:recently_enrolled': person.recentlyEnrolled,
    'urn:pushguard:age_over_19': ageOn(person.birthDate, seoulDay(new Date(person.verifiedAt))) >= ADULT_YEARS,
    di,
  };
  const released = new Set<string>([
    ...claims,
    ...scopes.flatMap((scope) => (Object.hasOwn(SCOPE_CLAIMS, scope) ? SCOPE_CLAIMS[scope as OpenIdScope] : [])),
  ]);
  return Object.fromEntries(
    CLAIM_NAMES.filter((name) => released.has(name) && all[name] !== undefined).map((name) => [name, all[name]]),
  );
}
