import { mayMember } from '../../domain/console.ts';
import { CAMARA_SCOPES } from '../../http/client.guard.ts';
import { dateSecond, grouped } from '../../pages/format.ts';
import { html, type Html } from '../../pages/html.ts';
import type { Page } from '../../pages/page.ts';
import { facts } from '../../pages/site.ts';
import type { ListedClient, ListedKey } from '../../relying-parties/admission.ts';
import { PROTOCOL_CHOICES } from '../../relying-parties/client-settings.ts';
import { wideTable } from '../../pages/wide-table.ts';
import {
  faultNote,
  isCodeWrong,
  keyAddressField,
  keySetField,
  LONGEST_SET,
  typedIn,
  type AppFault,
} from './app-form.ts';
import { hasPresentSecret, methodSection } from './app-method.ts';
import { missingSection } from './app-missing.ts';
import { clientPage, codeField, doneNote, pathIn, type ClientReader } from './frame.ts';

/** The public keys that are registered now. */
export type KeySets = Readonly<Record<'live' | 'test', object | null>>;

/** Times for which a former secret may serve beside its successor, in seconds. */
export const OVERLAPS = [0, 3_600, 86_400, 604_800, 2_592_000] as const;

/** What is registered of a relying party: its keys, its addresses and its switches. */
export function appPage(
  reader: ClientReader,
  client: ListedClient,
  {
    keySets,
    canSign,
    fault,
    done,
  }: {
    keySets: KeySets;
    /** The service has a key for the algorithm of the client's id_tokens. */
    canSign: boolean;
    fault?: AppFault;
    done?: string | undefined;
  },
): Page {
  const { app: words } = reader.texts;
  const content = html`<h1>${words.title}</h1>
    <p class="lead">${words.lead}</p>
    ${doneNote(reader, done)} ${missingSection(reader, client, canSign)} ${registration(reader, client)}
    ${methodSection(reader, client, fault)} ${keysSection(reader, client, keySets, fault)}
    ${addressesSection(reader, client, fault)} ${protocolsSection(reader, client, fault)}
    ${switchesSection(reader, client, fault)}`;
  return clientPage({
    reader,
    title: words.title,
    address: pathIn(reader, 'app'),
    content,
    place: 'app',
    ...(fault && { status: 422 }),
  });
}

function registration(reader: ClientReader, client: ListedClient): Html {
  const { app: words } = reader.texts;
  const rows: readonly (readonly [string, Html | string])[] = [
    [words.clientId, html`<code>${client.clientId}</code>`],
    [words.name, client.name],
    [words.scopes, html`${client.scopes.map((one) => html`<code>${one}</code> `)}`],
    [words.audience, html`<code>${client.assertionAudience}</code>`],
    [words.vendorCode, client.vendorCode ?? words.none],
    [words.startsPerMinute, grouped(client.startsPerMinute)],
    [words.sector, client.sector ?? words.ownSector],
    [words.fapi, client.fapi ? words.yes : words.no],
    [words.camaraProfile, client.camara ? words.yes : words.no],
  ];
  return html`<section class="card" aria-labelledby="facts">
    <h2 id="facts">${words.facts}</h2>
    ${facts(rows)}
    <p class="hint">${words.factsHint}</p>
  </section>`;
}

function keysSection(reader: ClientReader, client: ListedClient, keySets: KeySets, fault: AppFault | undefined): Html {
  const { app: words } = reader.texts;
  const { tokenEndpointAuthMethod: method, keys } = client;
  const usesKeys = method === 'private_key_jwt' || (method === null && keys.some(({ kind }) => kind === 'key'));
  // A client that may use either can have both.
  const usesSecret = !usesKeys || hasPresentSecret(client);
  // A public client has no key that could be replaced.
  const may = (what: 'keys' | 'test') => method !== 'none' && mayMember(reader.member.role, what);
  const [mayKeys, mayTest] = [may('keys'), may('test')];
  return html`<section class="card" aria-labelledby="keys">
      <h2 id="keys">${words.keys}</h2>
      ${
        keys.length === 0
          ? html`<p class="nothing">${words.noKey}</p>`
          : wideTable(
              'keys',
              [words.kind, words.mode, words.state, words.made, words.ends, words.lastUsed],
              keys.map((key) => keyRow(reader, key)),
            )
      }
    </section>
    ${mayKeys && usesKeys && keySetForm(reader, 'keys', keySets.live, fault, client.jwksUri ?? '')}
    ${mayKeys && usesSecret && secretForm(reader, fault)}
    ${mayTest && (usesKeys ? keySetForm(reader, 'test-keys', keySets.test, fault) : testSecretForm(reader, client, fault))}`;
}

function keyRow(
  reader: ClientReader,
  { kind, test, kid, thumbprint, state, madeAt, endsAt, lastUsedAt }: ListedKey,
): Html {
  const { app: words } = reader.texts;
  const when = (instant: Date | null, none: string) => (instant === null ? none : dateSecond(instant, reader.locale));
  return html`<tr>
    <td>${kind === 'secret' ? words.secretKind : html`<code>${kid ?? thumbprint}</code>`}</td>
    <td>${test ? words.testMode : words.liveMode}</td>
    <td><span class="tag ${state === 'ended' ? 'suspended' : 'active'}">${words.keyStates[state]}</span></td>
    <td>${when(madeAt, '–')}</td>
    <td>${when(endsAt, '–')}</td>
    <td>${when(lastUsedAt, words.neverUsed)}</td>
  </tr>`;
}

function overlapField(reader: ClientReader, id: string, chosen = '86400'): Html {
  const { app: words } = reader.texts;
  return html`<div class="field">
    <label for="${id}">${words.overlap}</label>
    <select id="${id}" name="overlap">
      ${OVERLAPS.map(
        (one) =>
          html`<option value="${one}" ${String(one) === chosen && html`selected`}>${words.overlaps[one]}</option>`,
      )}
    </select>
  </div>`;
}

function secretForm(reader: ClientReader, fault: AppFault | undefined): Html {
  const { app: words } = reader.texts;
  return html`<section class="card" aria-labelledby="rotate">
    <h2 id="rotate">${words.rotate}</h2>
    <p class="hint">${words.rotateHint}</p>
    <form method="post" action="${pathIn(reader, 'app/secret')}">
      ${reader.formToken} ${overlapField(reader, 'overlap', typedIn(fault, 'secret')['overlap'])}
      ${codeField(reader, 'secret-code', isCodeWrong(fault, 'secret'))} ${faultNote(reader, fault, 'secret')}
      <button class="primary">${words.rotateNow}</button>
    </form>
  </section>`;
}

function testSecretForm(reader: ClientReader, { keys }: ListedClient, fault: AppFault | undefined): Html {
  const { app: words } = reader.texts;
  const hasFormer = keys.some(({ test, state }) => test && state !== 'ended');
  return html`<section class="card" aria-labelledby="rotate-test">
    <h2 id="rotate-test">${words.testSecret}</h2>
    <p class="hint">${words.testSecretHint}</p>
    <form method="post" action="${pathIn(reader, 'app/test-secret')}">
      ${reader.formToken} ${hasFormer && overlapField(reader, 'test-overlap')}
      ${faultNote(reader, fault, 'test-secret')}
      <button class="secondary">${words.testSecretNow}</button>
    </form>
  </section>`;
}

/** The live keys, or their `address`, need the one-time password; those of test mode open nothing. */
function keySetForm(
  reader: ClientReader,
  form: 'keys' | 'test-keys',
  present: object | null,
  fault: AppFault | undefined,
  address = '',
): Html {
  const { app: words } = reader.texts;
  const set = typedIn(fault, form)['set'] ?? (present === null ? '' : JSON.stringify(present, null, 2));
  return html`<section class="card" aria-labelledby="${form}-title">
    <h2 id="${form}-title">${form === 'keys' ? words.jwks : words.testJwks}</h2>
    <p class="hint">${words.jwksHint}</p>
    <form method="post" action="${pathIn(reader, `app/${form}`)}">
      ${reader.formToken} ${keySetField(reader, { id: form, set, needed: form === 'test-keys' })}
      ${
        form === 'keys' &&
        html`${keyAddressField(reader, { id: form, address: typedIn(fault, form)['uri'] ?? address })}
          <input type="hidden" name="shownUri" value="${address}" />`
      }
      ${form === 'keys' && codeField(reader, 'keys-code', isCodeWrong(fault, form))} ${faultNote(reader, fault, form)}
      <button class="${form === 'keys' ? 'primary' : 'secondary'}">${words.replace}</button>
    </form>
  </section>`;
}

function addressesSection(reader: ClientReader, client: ListedClient, fault: AppFault | undefined): Html {
  const { app: words } = reader.texts;
  if (!mayMember(reader.member.role, 'keys')) {
    const list = (addresses: readonly string[]) =>
      addresses.length === 0
        ? html`<p>${words.none}</p>`
        : html`<ul class="desk-list">
            ${addresses.map((one) => html`<li><code>${one}</code></li>`)}
          </ul>`;
    return html`<section class="card" aria-labelledby="addresses">
      <h2 id="addresses">${words.addresses}</h2>
      <h3>${words.returnUrls}</h3>
      ${list(client.returnUrls)}
      <h3>${words.frameOrigins}</h3>
      ${list(client.frameOrigins)}
    </section>`;
  }
  const typed = typedIn(fault, 'addresses');
  const field = (name: string, label: string, hint: string, kept: readonly string[]) =>
    html`<div class="field">
      <label for="${name}">${label}</label>
      <textarea
        id="${name}"
        class="console-lines"
        name="${name}"
        rows="${Math.max(2, Math.min(8, kept.length + 1))}"
        maxlength="${LONGEST_SET}"
        spellcheck="false"
        autocomplete="off"
        aria-describedby="${name}-hint"
      >
${typed[name] ?? kept.join('\n')}</textarea>
      <p class="hint" id="${name}-hint">${hint}</p>
    </div>`;
  return html`<section class="card" aria-labelledby="addresses">
    <h2 id="addresses">${words.addresses}</h2>
    <form method="post" action="${pathIn(reader, 'app/addresses')}">
      ${reader.formToken} ${field('returnUrls', words.returnUrls, words.returnUrlsHint, client.returnUrls)}
      ${field('frameOrigins', words.frameOrigins, words.frameOriginsHint, client.frameOrigins)}
      ${codeField(reader, 'addresses-code', isCodeWrong(fault, 'addresses'))} ${faultNote(reader, fault, 'addresses')}
      <button class="primary">${words.save}</button>
    </form>
  </section>`;
}

/** What a client of OpenID Connect and CIBA sets, below what only the operator of the service sets. */
function protocolsSection(reader: ClientReader, client: ListedClient, fault: AppFault | undefined): Html {
  const { app: shared } = reader.texts;
  const { protocols: words } = shared;
  const granted = CAMARA_SCOPES.filter((scope) => client.scopes.includes(scope));
  const isAdmitted = client.scopes.includes('openid');
  return html`<section class="card" aria-labelledby="protocols">
    <h2 id="protocols">${words.title}</h2>
    <p class="hint">
      ${words.lead} <a href="/developers/openid-connect">OpenID Connect</a> <a href="/developers/ciba">CIBA</a>
      <a href="/developers/camara">CAMARA</a>
    </p>
    ${facts([
      [words.admitted, isAdmitted ? words.yes : words.notAdmitted],
      [
        words.networkApis,
        granted.length === 0 ? shared.none : html`${granted.map((one) => html`<code>${one}</code> `)}`,
      ],
      [words.sector, client.sector === null ? words.ownSector : html`<code>${client.sector}</code>`],
      [words.byNumber, client.mayNameByNumber ? words.yes : words.no],
    ])}
    <p class="hint">${shared.factsHint}</p>
    ${
      mayMember(reader.member.role, 'keys')
        ? html`<form method="post" action="${pathIn(reader, 'app/protocols')}">
            ${reader.formToken} ${protocolFields(reader, client, typedIn(fault, 'protocols'))}
            ${codeField(reader, 'protocols-code', isCodeWrong(fault, 'protocols'))}
            ${faultNote(reader, fault, 'protocols')}
            <button class="primary">${shared.save}</button>
          </form>`
        : html`${facts([
              [words.idTokenAlg.name, client.idTokenSignedResponseAlg],
              [words.mode.name, client.backchannelTokenDeliveryMode],
              [words.endpoint.name, client.backchannelClientNotificationEndpoint ?? shared.none],
              [words.signingAlg.name, client.backchannelAuthenticationRequestSigningAlg ?? words.unsigned],
            ])}
            <p class="hint">${shared.ownersOnly}</p>`
    }
  </section>`;
}

function protocolFields(
  { texts }: ClientReader,
  client: ListedClient,
  typed: Readonly<Record<string, string>>,
): readonly Html[] {
  const { protocols: words } = texts.app;
  const choice = (
    name: keyof typeof PROTOCOL_CHOICES,
    kept: string,
    values: readonly string[] = PROTOCOL_CHOICES[name],
  ) =>
    html`<div class="field">
      <label for="${name}">${words[name].name}</label>
      <select id="${name}" name="${name}" aria-describedby="${name}-says">
        ${values.map(
          (one) =>
            html`<option value="${one}" ${one === (typed[name] ?? kept) && html`selected`}>
              ${one || words.unsigned}
            </option>`,
        )}
      </select>
      <p class="hint" id="${name}-says">${words[name].says}</p>
    </div>`;
  return [
    choice('idTokenAlg', client.idTokenSignedResponseAlg),
    choice('mode', client.backchannelTokenDeliveryMode),
    html`<div class="field">
      <label for="endpoint">${words.endpoint.name}</label>
      <textarea
        id="endpoint"
        class="console-lines"
        name="endpoint"
        rows="2"
        maxlength="2048"
        spellcheck="false"
        autocomplete="off"
        aria-describedby="endpoint-says"
      >
${typed['endpoint'] ?? client.backchannelClientNotificationEndpoint ?? ''}</textarea>
      <p class="hint" id="endpoint-says">${words.endpoint.says}</p>
    </div>`,
    choice('signingAlg', client.backchannelAuthenticationRequestSigningAlg ?? '', ['', ...PROTOCOL_CHOICES.signingAlg]),
  ];
}

/** The switches of a client, each with the sentence that says what it does. */
const SWITCHES = [
  'refusesSms',
  'requiresRegistration',
  'logInMatch',
  'dpopBoundAccessTokens',
  'requireSignedRequestObject',
] as const;

function switchesSection(reader: ClientReader, client: ListedClient, fault: AppFault | undefined): Html {
  const { app: words } = reader.texts;
  const may = mayMember(reader.member.role, 'keys');
  const typed = fault?.form === 'switches' ? fault.fields : null;
  const switches = SWITCHES.map(
    (one) =>
      html`<div class="console-switch">
        <label class="check">
          <input
            type="checkbox"
            name="${one}"
            value="yes"
            ${(typed ? typed[one] === 'yes' : client[one]) && html`checked`}
            ${!may && html`disabled`}
            aria-describedby="${one}-says"
          />
          ${words.switches[one].name}
        </label>
        <p class="hint" id="${one}-says">${words.switches[one].says}</p>
      </div>`,
  );
  return html`<section class="card" aria-labelledby="switches">
    <h2 id="switches">${words.switchesTitle}</h2>
    ${
      may
        ? html`<form method="post" action="${pathIn(reader, 'app/switches')}">
            ${reader.formToken} ${switches} ${codeField(reader, 'switches-code', isCodeWrong(fault, 'switches'))}
            ${faultNote(reader, fault, 'switches')}
            <button class="primary">${words.save}</button>
          </form>`
        : html`${switches}
            <p class="hint">${words.ownersOnly}</p>`
    }
  </section>`;
}
