import { isPublic } from '../../domain/client.ts';
import { html, type Html } from '../../pages/html.ts';
import type { ListedClient } from '../../relying-parties/admission.ts';
import type { ClientReader } from './frame.ts';

/** What a client of OpenID Connect or CIBA lacks before its first log-in, each with the section of the page that adds it. */
const SECTIONS = { openid: undefined, credential: 'method', returnUrl: 'addresses', algorithm: 'protocols' } as const;
type Missing = keyof typeof SECTIONS;

/**
 * What is missing before the first log-in; nothing for a client that speaks neither protocol, or lacks nothing. `canSign`:
 * the service has a key for the algorithm of the client's id_tokens.
 */
export function missingSection(reader: ClientReader, client: ListedClient, canSign: boolean): Html | false {
  const { missing: words } = reader.texts.app;
  const missing = missingOf(client, canSign);
  return (
    missing.length > 0 &&
    html`<section class="card" aria-labelledby="missing">
      <h2 id="missing">${words.title}</h2>
      <ul class="desk-list">
        ${missing.map((one) => html`<li>${words.items[one]} ${linkTo(reader, SECTIONS[one])}</li>`)}
      </ul>
    </section>`
  );
}

function missingOf(client: ListedClient, canSign: boolean): Missing[] {
  const isGranted = client.scopes.includes('openid');
  if (!isGranted && !isSetForOpenId(client)) return [];
  return [
    ...(isGranted ? [] : (['openid'] as const)),
    ...(canAuthenticate(client) ? [] : (['credential'] as const)),
    ...(client.returnUrls.length > 0 || usesCibaAlone(client) ? [] : (['returnUrl'] as const)),
    ...(canSign ? [] : (['algorithm'] as const)),
  ];
}

/** Settings that nothing else than the two protocols has a use for. */
function isSetForOpenId(client: ListedClient): boolean {
  return (
    isSetForCiba(client) ||
    client.idTokenSignedResponseAlg === 'RS256' ||
    client.requireSignedRequestObject ||
    client.logInMatch
  );
}

function isSetForCiba({
  backchannelTokenDeliveryMode: mode,
  backchannelAuthenticationRequestSigningAlg: alg,
  fapi,
}: ListedClient): boolean {
  return mode === 'ping' || alg !== null || fapi;
}

/** A request of CIBA comes from the client's system, so nobody returns to an address. */
function usesCibaAlone(client: ListedClient): boolean {
  return isSetForCiba(client) || client.camara;
}

/** A restored database may leave a client without any key that serves: it ends again what had ended. */
function canAuthenticate(client: ListedClient): boolean {
  return (
    isPublic(client) || client.jwksUri !== null || client.keys.some(({ test, state }) => !test && state !== 'ended')
  );
}

function linkTo({ texts }: ClientReader, section: (typeof SECTIONS)[Missing]): Html | undefined {
  if (section === undefined) return undefined;
  const { methods, addresses, protocols } = texts.app;
  const titles = { method: methods.title, addresses, protocols: protocols.title };
  return html`<a href="#${section}">${titles[section]}</a>`;
}
