import { html, type Html } from '../html.ts';

/** A row of figures in large type, each with its name. */
export function largeNumbers(numbers: readonly (readonly [name: string, value: string])[]): Html {
  return html`<dl class="large-numbers">
    ${numbers.map(
      ([name, value]) =>
        html`<div class="card">
          <dt>${name}</dt>
          <dd>${value}</dd>
        </div>`,
    )}
  </dl>`;
}
