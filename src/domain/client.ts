/**
 * The ways to authenticate at the OAuth endpoints (RFC 6749, 2.3.1; RFC 7523, 2.2). `none` is of a public client, such as an app
 * or a page of scripts, which can keep no secret.
 */
export const CLIENT_AUTH_METHODS = ['private_key_jwt', 'client_secret_basic', 'client_secret_post', 'none'] as const;

export type ClientAuthMethod = (typeof CLIENT_AUTH_METHODS)[number];

/** A public client proves nothing, so it may only redeem codes, which PKCE binds to it (RFC 6749, 2.1; RFC 8252). */
export function isPublic({ tokenEndpointAuthMethod }: { tokenEndpointAuthMethod: ClientAuthMethod | null }): boolean {
  return tokenEndpointAuthMethod === 'none';
}

/** How a client learns of the end of a CIBA request. `push` is not offered. */
export const DELIVERY_MODES = ['poll', 'ping'] as const;
export type DeliveryMode = (typeof DELIVERY_MODES)[number];

/** The algorithms of signed requests (FAPI). */
export const REQUEST_SIGNING_ALGS = ['ES256', 'PS256'] as const;
export type RequestSigningAlg = (typeof REQUEST_SIGNING_ALGS)[number];

/** How an id_token can be signed. Some clients of OpenID Connect read RS256 alone. */
export const ID_TOKEN_ALGORITHMS = ['ES256', 'RS256'] as const;

export type IdTokenAlgorithm = (typeof ID_TOKEN_ALGORITHMS)[number];
