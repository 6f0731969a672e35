import { html, type Html } from './html.ts';

/** A table that scrolls sideways if it is too wide. `id` is the id of the heading that labels it. */
export function wideTable(id: string, head: readonly string[], rows: readonly Html[], foot?: Html): Html {
  return html`<div class="scroll" role="region" aria-labelledby="${id}" tabindex="0">
    <table>
      <thead>
        <tr>
          ${head.map((one) => html`<th scope="col">${one}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
      ${
        foot &&
        html`<tfoot>
          ${foot}
        </tfoot>`
      }
    </table>
  </div>`;
}
