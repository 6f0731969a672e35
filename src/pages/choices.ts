import { html, type Html } from './html.ts';

/** One choice among several, as radio buttons. The fault and the hint are those of the whole group. */
export function choices(group: {
  name: string;
  /** Distinguishes several such groups on one page; else the name. */
  id?: string;
  legend: string;
  /** The options in their order, with their labels. */
  options: readonly (readonly [value: string, label: string])[];
  chosen: string | undefined;
  /** What is wrong with the choice; false if nothing is. */
  fault: string | false | undefined;
  takesFocus: boolean;
  hint?: string | undefined;
}): Html {
  const { name, legend, options, chosen, fault, takesFocus, hint, id = name } = group;
  return html`<fieldset class="field choices" aria-describedby="${hint !== undefined && `${id}-hint `}${id}-fault">
    <legend>${legend}</legend>
    ${options.map(
      ([value, text], at) =>
        html`<label
          ><input
            type="radio"
            name="${name}"
            value="${value}"
            required
            ${chosen === value && html`checked`}
            ${takesFocus && at === 0 && html`autofocus`}
          />
          ${text}</label
        >`,
    )}
    ${hint !== undefined && html`<p class="hint" id="${id}-hint">${hint}</p>`}
    <p class="fault" id="${id}-fault">${fault}</p>
  </fieldset>`;
}
