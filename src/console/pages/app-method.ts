import { ACCESS_TOKEN_SECONDS } from '../../crypto/access-token.ts';
import { isPublic } from '../../domain/client.ts';
import { mayMember } from '../../domain/console.ts';
import { html, type Html } from '../../pages/html.ts';
import { facts } from '../../pages/site.ts';
import type { ListedClient } from '../../relying-parties/admission.ts';
import { AUTH_CHOICES, type AuthChoice } from '../../relying-parties/client-settings.ts';
import { faultNote, isCodeWrong, keyAddressField, keySetField, typedIn, type AppFault } from './app-form.ts';
import { codeField, pathIn, type ClientReader } from './frame.ts';

type Words = ClientReader['texts']['app'];

/** How a client authenticates. An owner changes it there, but for what only the operator of the service decides. */
export function methodSection(reader: ClientReader, client: ListedClient, fault: AppFault | undefined): Html {
  const { app: words } = reader.texts;
  const fixed = whyFixed(words, client);
  const may = mayMember(reader.member.role, 'keys');
  return html`<section class="card" aria-labelledby="method">
    <h2 id="method">${words.methods.title}</h2>
    ${facts([
      [words.method, methodName(words, client)],
      ...(client.jwksUri === null ? [] : [[words.jwksUri, client.jwksUri] as const]),
    ])}
    ${
      fixed !== undefined &&
      html`<p class="hint">${fixed}</p>
        ${faultNote(reader, fault, 'method')}`
    }
    ${fixed === undefined && (may ? methodForm(reader, client, fault) : html`<p class="hint">${words.ownersOnly}</p>`)}
  </section>`;
}

function methodName(words: Words, { tokenEndpointAuthMethod: method }: ListedClient): Html | string {
  if (method === 'none') return words.publicClient;
  return method === null ? words.anyMethod : html`<code>${method}</code>`;
}

/** Why the client's own people cannot change the method; undefined where they can. */
function whyFixed({ methods }: Words, client: ListedClient): string | undefined {
  if (isPublic(client)) return methods.publicOnly;
  return client.fapi || client.camara ? methods.profileOnly : undefined;
}

function methodForm(reader: ClientReader, client: ListedClient, fault: AppFault | undefined): Html {
  const { methods } = reader.texts.app;
  const typed = typedIn(fault, 'method');
  const chosen = typed['method'] ?? presentChoice(client);
  return html`<form method="post" action="${pathIn(reader, 'app/method')}">
    ${reader.formToken}
    <p>${methods.lead(ACCESS_TOKEN_SECONDS / 60)}</p>
    <fieldset class="field console-methods">
      <legend>${methods.legend}</legend>
      ${choicesOf(client).map((one) => methodChoice(reader, client, { one, isChosen: one === chosen }))}
    </fieldset>
    ${
      hasLiveKeys(client)
        ? html`<p class="hint">${methods.keysStay}</p>`
        : html`<p class="hint">${methods.keysHint}</p>
            ${keySetField(reader, { id: 'method', set: typed['set'] ?? '', needed: false })}
            ${keyAddressField(reader, { id: 'method', address: typed['uri'] ?? '' })}`
    }
    ${codeField(reader, 'method-code', isCodeWrong(fault, 'method'))} ${faultNote(reader, fault, 'method')}
    <button class="primary">${methods.change}</button>
  </form>`;
}

function methodChoice(
  { texts }: ClientReader,
  client: ListedClient,
  { one, isChosen }: { one: AuthChoice; isChosen: boolean },
): Html {
  const { methods } = texts.app;
  return html`<div>
    <label class="check">
      <input
        type="radio"
        name="method"
        value="${one}"
        required
        ${isChosen && html`checked`}
        aria-describedby="method-${one}-says"
      />
      ${methods.choices[one].name}
    </label>
    <p class="hint" id="method-${one}-says">
      ${methods.choices[one].says} <strong>${methods.ends[endOf(client, one)]}</strong>
    </p>
  </div>`;
}

/** Keys at an address can only be the one way of a client, so a secret cannot serve beside them. */
function choicesOf({ jwksUri }: ListedClient): readonly AuthChoice[] {
  return AUTH_CHOICES.filter((one) => one !== 'either' || jwksUri === null);
}

function presentChoice({ tokenEndpointAuthMethod: method }: ListedClient): AuthChoice | undefined {
  return AUTH_CHOICES.find((one) => one === (method ?? 'either'));
}

/** What a choice ends and makes, for a client as it is now. */
function endOf(client: ListedClient, choice: AuthChoice): keyof Words['methods']['ends'] {
  if (choice === presentChoice(client)) return 'asNow';
  const hasSecret = hasPresentSecret(client);
  if (choice === 'either') return hasSecret ? 'nothing' : 'nothingAndSecret';
  if (choice === 'private_key_jwt') return hasAnySecret(client) ? 'secrets' : 'nothing';
  if (hasAnyKey(client)) return hasSecret ? 'keys' : 'keysAndSecret';
  return hasSecret ? 'place' : 'secretAlone';
}

/** Whether the client has a secret of live mode that is not a former one. */
export function hasPresentSecret({ keys }: ListedClient): boolean {
  return keys.some(({ kind, test, state }) => kind === 'secret' && !test && state === 'present');
}

function hasAnySecret({ keys }: ListedClient): boolean {
  return keys.some(({ kind, state }) => kind === 'secret' && state !== 'ended');
}

function hasAnyKey({ keys, jwksUri }: ListedClient): boolean {
  return jwksUri !== null || keys.some(({ kind }) => kind === 'key');
}

function hasLiveKeys({ keys, jwksUri }: ListedClient): boolean {
  return jwksUri !== null || keys.some(({ kind, test }) => kind === 'key' && !test);
}
