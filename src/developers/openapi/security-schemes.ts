import type { OwnScope } from '../../http/client.guard.ts';

const SCOPE_SENTENCES: Readonly<Record<Exclude<OwnScope, 'openid'>, string>> = {
  authentications: 'Start and verify authentications, open hosted windows, and register authenticators',
  signing: 'For financial institutions: signed transactions, and Smart OTPs',
  webhooks: 'Manage webhooks, and nothing else',
  carrier: 'Report what happens to lines',
  operator: 'Act for the call centre',
  'operator.decide': 'Decide what takes two programs of the call centre',
};

const PERSON_SCOPES = {
  openid: 'The id of the person at the client',
  profile: 'Birth date and gender',
  phone: 'The number',
  kr_identity: 'Nationality, and flags of the line',
  kr_di: 'The value that recognises a second registration',
};

/** The ways in which callers authenticate, by the names that the controllers give them. */
export function securitySchemes(issuer: string): Record<string, object> {
  return {
    bearer: {
      type: 'oauth2',
      description:
        'A bearer token of the client, valid for five minutes (RFC 6749, 4.4; RFC 6750); one that is bound to a key by the scheme DPoP, with a proof (RFC 9449).',
      flows: { clientCredentials: { tokenUrl: `${issuer}/oauth2/token`, scopes: SCOPE_SENTENCES } },
    },
    person: {
      type: 'oauth2',
      description:
        'A bearer token that stands for a verified person at a client, valid for five minutes (OpenID Connect); one that is bound to a key by the scheme DPoP, with a proof (RFC 9449).',
      flows: {
        authorizationCode: {
          authorizationUrl: `${issuer}/oauth2/authorize`,
          tokenUrl: `${issuer}/oauth2/token`,
          scopes: PERSON_SCOPES,
        },
      },
    },
    clientSecretBasic: {
      type: 'http',
      scheme: 'basic',
      description:
        'Client id and secret, each form-encoded (RFC 6749, 2.3.1). Instead of it, `client_secret` or `client_assertion` may stand in the form.',
    },
    deviceProof: {
      type: 'apiKey',
      in: 'header',
      name: 'Device-Proof',
      description:
        'A compact JWS (ES256) by the signing key of the device, for exactly this request: its claims name the method, the path, the digest of the body, the time and a `jti` that is accepted once. The documents have it under “App protocol”, with test vectors.',
    },
    webhookSignature: {
      type: 'apiKey',
      in: 'header',
      name: 'webhook-signature',
      description:
        'A signature as Standard Webhooks has it: HMAC-SHA256 over `webhook-id`, `webhook-timestamp` and the body, under the secret that the service signs its own calls with.',
    },
    desk: {
      type: 'apiKey',
      in: 'cookie',
      name: '__Host-desk',
      description:
        'A session of the operator desk, used when no bearer token is sent. Writes must carry the form token of its pages as X-Form-Token; actions that need two people are refused.',
    },
  };
}

/** What each group of operations is for. */
export const TAGS = [
  { name: 'OAuth', description: 'Access tokens, and the keys of the service.' },
  { name: 'Relying party', description: 'The company behind an identity-verification window: verify people.' },
  { name: 'OpenID Connect', description: 'Log-in at sites by an OpenID Connect library, with the hosted window.' },
  { name: 'Webhooks', description: 'Tell a relying party’s server what happened, and look up what was sent.' },
  { name: 'App', description: 'The app on the subscriber’s phone.' },
  { name: 'Carrier', description: 'The carrier’s systems: what happens to lines.' },
  { name: 'Gateways', description: 'The carrier’s SMS broker: what became of text messages.' },
  { name: 'Operator', description: 'The call centre’s own systems.' },
] as const;
