import { html, type Html } from '../../pages/html.ts';
import type { ClientReader } from './frame.ts';

/** The forms of the page. */
export type AppForm =
  'secret' | 'test-secret' | 'method' | 'keys' | 'test-keys' | 'addresses' | 'switches' | 'protocols';

export interface AppFault {
  form: AppForm;
  /** `code`: the one-time password was wrong. Otherwise the service's own sentence, in English. */
  fault: 'code' | { detail: string };
  /** What was typed. */
  fields: Readonly<Record<string, string>>;
}

/** Characters of a list, so that the form fits into a request of 16 KiB. */
export const LONGEST_SET = 5_000;

/** The field of a set of public keys; `id` begins its own id. */
export function keySetField(
  { texts }: ClientReader,
  { id, set, needed }: { id: string; set: string; needed: boolean },
): Html {
  return html`<div class="field">
    <label for="${id}-set">${texts.app.keySet}</label>
    <textarea
      id="${id}-set"
      class="console-lines"
      name="set"
      rows="8"
      maxlength="${LONGEST_SET}"
      spellcheck="false"
      autocomplete="off"
      ${needed && html`required`}
    >
${set}</textarea>
  </div>`;
}

/** The field of the address where a client publishes its keys, in place of a set that is registered here; `id` begins its own id. */
export function keyAddressField({ texts }: ClientReader, { id, address }: { id: string; address: string }): Html {
  const { app: words } = texts;
  return html`<div class="field">
    <label for="${id}-uri">${words.jwksUri}</label>
    <input id="${id}-uri" name="uri" type="url" value="${address}" maxlength="2048" aria-describedby="${id}-uri-says" />
    <p class="hint" id="${id}-uri-says">${words.jwksUriHint}</p>
  </div>`;
}

/** Whether the one-time password of this form was wrong. */
export function isCodeWrong(fault: AppFault | undefined, form: AppForm): boolean {
  return fault?.form === form && fault.fault === 'code';
}

/** What was typed into a form that was refused. */
export function typedIn(fault: AppFault | undefined, form: AppForm): Readonly<Record<string, string>> {
  return fault?.form === form ? fault.fields : {};
}

/** Why a form was refused: in the reader's language what it needs, and the service's own sentence. */
export function faultNote({ texts }: ClientReader, fault: AppFault | undefined, form: AppForm): Html | false {
  return (
    fault?.form === form &&
    fault.fault !== 'code' &&
    html`<p class="fault" role="alert">${texts.app.faults[form]}</p>
      <p class="hint" lang="en">${fault.fault.detail}</p>`
  );
}
