import type { Admitted, ListedClient, ListedKey, Rotated } from '../../relying-parties/admission.ts';
import { aligned, table, time } from '../terminal.ts';

const yes = (is: boolean) => (is ? 'yes' : 'no');
const texts = (list: readonly string[]) => (list.length === 0 ? ['none'] : [...list]);

export function asList(clients: readonly Omit<ListedClient, 'keys'>[]): string {
  const heads = ['CLIENT ID', 'NAME', 'STATE', 'AUTHENTICATES BY', 'SCOPES'];
  const rows = clients.map(({ clientId, name, disabledAt, tokenEndpointAuthMethod, scopes }) => [
    clientId,
    name,
    disabledAt ? 'disabled' : 'in use',
    tokenEndpointAuthMethod ?? 'any of its keys',
    scopes.join(' '),
  ]);
  return table([heads, ...rows]);
}

export function asFacts(client: ListedClient): string {
  return aligned([
    ['client id', client.clientId],
    ['name', client.name],
    ['state', client.disabledAt ? `disabled since ${time(client.disabledAt)}` : 'in use'],
    ['admitted', time(client.createdAt)],
    ['scopes', client.scopes.join(' ')],
    ['authenticates by', client.tokenEndpointAuthMethod ?? 'any of its keys'],
    ['assertion audience', client.assertionAudience],
    ['return addresses', texts(client.returnUrls)],
    ['frame origins', texts(client.frameOrigins)],
    ['window host', client.windowHost ?? 'none'],
    ['vendor code', client.vendorCode ?? 'none'],
    ['starts per minute', String(client.startsPerMinute)],
    ['refuses SMS', yes(client.refusesSms)],
    ['id_tokens by', client.idTokenSignedResponseAlg],
    ['sector', client.sector ?? 'its own'],
    ['requires registration', yes(client.requiresRegistration)],
    ['CIBA mode', client.backchannelTokenDeliveryMode],
    ['CIBA notification endpoint', client.backchannelClientNotificationEndpoint ?? 'none'],
    ['CIBA signing algorithm', client.backchannelAuthenticationRequestSigningAlg ?? 'none'],
    ['may name by number', yes(client.mayNameByNumber)],
    ['FAPI-CIBA', yes(client.fapi)],
    ['CAMARA profile', yes(client.camara)],
    ['tokens bound by DPoP', yes(client.dpopBoundAccessTokens || client.fapi)],
    ['signs authorization requests', yes(client.requireSignedRequestObject)],
    ['digits in log-in windows', yes(client.logInMatch)],
    ['keys at', client.jwksUri ?? 'no address'],
    ['keys', client.keys.length === 0 ? 'none' : client.keys.map(keyLine)],
  ]);
}

function keyLine({ kind, test, kid, thumbprint, state, madeAt, endsAt, lastUsedAt }: ListedKey): string {
  const whose = test ? 'test ' : '';
  const what = kind === 'secret' ? 'secret' : `key ${kid ?? thumbprint}`;
  const end = endsAt === null ? '' : `, ${state === 'ended' ? 'ended' : 'serves until'} ${time(endsAt)}`;
  const made = madeAt === null ? '' : `, made ${time(madeAt)}`;
  const used = lastUsedAt === null ? 'never used' : `last used ${time(lastUsedAt)}`;
  const replaced = state === 'ended' && endsAt === null ? ', replaced' : '';
  return `${whose}${what}${made}${end}${replaced}, ${used}`;
}

/** A secret is shown here, once. */
export function asAdmitted({ clientId, secret, testSecret }: Admitted): string {
  return aligned([
    ['client id', clientId],
    ...(secret === null ? [] : [['client secret', once(secret)] as const]),
    ...(testSecret === undefined ? [] : [['test secret', once(testSecret)] as const]),
  ]);
}

/** A secret is shown here, once. */
export function asRotated({ clientId, secret, formerEndsAt }: Rotated, test: boolean): string {
  return aligned([
    ['client id', clientId],
    [test ? 'test secret' : 'client secret', once(secret)],
    ['former secret', formerSentence(formerEndsAt)],
  ]);
}

const once = (secret: string) => `${secret}   (not shown again)`;

function formerSentence(endsAt: Date): string {
  return endsAt > new Date() ? `serves until ${time(endsAt)}` : 'ended';
}
