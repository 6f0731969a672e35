/** What `--help` prints. */
export const USAGE = `npm run client -- add <name> --scope=SCOPE [settings]     admit a client; prints its id and secret
npm run client -- list                                   all clients
npm run client -- show <client-id>                       one client, and when each of its keys was last used
npm run client -- change <client-id> settings            change what is given, keep the rest
npm run client -- rotate <client-id> [--overlap=24h]     a new secret; the former one serves for the time given
npm run client -- rotate <client-id> --test              the same for its test secret; makes the first one
npm run client -- disable <client-id>                    no more tokens, for good; those that it has are refused

A client is a program that calls the service: a relying party, a carrier or an operator's system. A secret is printed
once and stored nowhere: hand it over by a safe way.

Settings. A list may be given several times or with commas, and replaces the former one; "none" empties a list of
addresses and takes a window host or vendor code away.
  --id=ID                     add only: the client id; made up when left out
  --name=TEXT                 change only: the name that people read in the app, at most 60 characters
  --scope=SCOPE               authentications, openid, signing, webhooks, carrier, operator, operator.decide;
                              of CAMARA, see "CAMARA" in the documents, one by one: sim-swap:check, kyc-match:match …
  --return-url=URL            where hosted windows may return to, compared exactly; https, or http on localhost; of a
                              public client also a scheme of its own, such as kr.example.app:/callback
  --frame-origin=ORIGIN       pages that may show hosted windows in a frame
  --window-host=HOST          host of the page where codes are typed, for the last line of text messages
  --auth-method=METHOD        client_secret_basic (default), client_secret_post, private_key_jwt, or none for a public
                              client: an app or a page without a server, which logs people in and has no secret
  --jwks=FILE                 public keys for private_key_jwt, as {"keys": [...]}; - reads standard input
  --jwks-uri=URL              in place of --jwks: where the client publishes them; fetched when needed, kept five minutes
  --test                      add and rotate: a secret for test mode, whose tokens reach no line and no person;
                              change: --no-test takes every test key away
  --test-jwks=FILE            public keys for test mode, of a client that uses private_key_jwt; "none" takes them away
  --assertion-audience=AUD    issuer (default), or endpoint for clients that name an endpoint as aud
  --vendor-code=CODE          of a financial institution, beside the serial numbers of its Smart OTPs
  --starts-per-minute=N       quota of starts, 6000 by default
  --refuses-sms               subscribers may not permit SMS for it; --no-refuses-sms
  --id-token-alg=ALG          ES256 (default), or RS256 for OpenID Connect clients that read no other; needs a key of rsa
  --sector=HOST               clients of one sector get one subject for a person; a change changes every subject; "none"
  --requires-registration     it gets nothing without a registration; --no-requires-registration
  --ciba-mode=MODE            poll (default), or ping, which needs the next one
  --ciba-notification-endpoint=URL   where pings go; "none" takes it away
  --ciba-signing-alg=ALG      ES256 or PS256: unsigned CIBA requests are refused; "none" allows them
  --may-name-by-number        CIBA: it may name a person by the phone number alone; --no-may-name-by-number
  --fapi                      CIBA by FAPI: signed requests, private_key_jwt and tokens bound by DPoP alone; --no-fapi
  --camara                    it follows the security profile of CAMARA: private_key_jwt, poll, short assertions; --no-camara
  --dpop-bound                it gets no token without a proof of its key (DPoP); --no-dpop-bound
  --signed-requests           unsigned authorization requests are refused; --no-signed-requests
  --log-in-match              the window of its log-ins shows two digits to type into the app; --no-log-in-match

  --overlap=TIME              rotate only: 90s, 30m, 24h or 7d, at most 90d; 0 ends every former secret at once
  --reason=TEXT               why, for the audit
  --json                      print JSON for programs

Reads DATABASE_URL, KEYRING and JOURNAL_FILE like the service; without DATABASE_URL it finds the database
that npm start runs in DATA_DIR. Exit code: 0 done, 1 refused, and nothing was changed.
`;
