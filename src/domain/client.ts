/** The ways to authenticate at the OAuth endpoints (RFC 6749, 2.3.1; RFC 7523, 2.2). */
export const CLIENT_AUTH_METHODS = ['private_key_jwt', 'client_secret_basic', 'client_secret_post'] as const;

export type ClientAuthMethod = (typeof CLIENT_AUTH_METHODS)[number];

/** How a client learns of the end of a CIBA request. `push` is not offered. */
export const DELIVERY_MODES = ['poll', 'ping'] as const;
export type DeliveryMode = (typeof DELIVERY_MODES)[number];

/** The algorithms of signed requests (FAPI). */
export const REQUEST_SIGNING_ALGS = ['ES256', 'PS256'] as const;
export type RequestSigningAlg = (typeof REQUEST_SIGNING_ALGS)[number];

/** How an id_token can be signed. Some clients of OpenID Connect read RS256 alone. */
export const ID_TOKEN_ALGORITHMS = ['ES256', 'RS256'] as const;

export type IdTokenAlgorithm = (typeof ID_TOKEN_ALGORITHMS)[number];
