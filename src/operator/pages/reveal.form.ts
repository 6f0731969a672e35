import { randomToken } from '../../crypto/random.ts';
import { html, type Html } from '../../pages/html.ts';
import { callReasonField, type DeskReader } from './desk.ts';

/** The page to which the answer leads back. */
export type RevealedFrom = 'subscription' | 'approvals';

/** The form that shows once, under a reason, what all pages mask. */
export function revealForm(
  reader: DeskReader,
  { subscriptionId, id, from }: { subscriptionId: string; id: string; from: RevealedFrom },
): Html {
  const { name, text, submit } = reader.texts.desk.actions.reveal;
  return html`<details>
    <summary>${name}</summary>
    <form method="post" action="/operator/subscriptions/${subscriptionId}/reveal">
      <p class="hint">${text}</p>
      ${reader.formToken}
      ${
        // Makes the form good for one answer: a reload or the back button sends the same value again.
        html`<input type="hidden" name="once" value="${randomToken(16)}" />`
      }
      <input type="hidden" name="from" value="${from}" />
      ${callReasonField(reader, id)}
      <button class="secondary">${submit}</button>
    </form>
  </details>`;
}
