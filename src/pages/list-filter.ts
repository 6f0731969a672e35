import { html, type Html } from './html.ts';

/** A field that narrows a list to one of several values, or to none. Without `all` one of them is always chosen. */
export function choiceField(field: {
  name: string;
  label: string;
  all?: string;
  options: readonly (readonly [value: string, text: string])[];
  chosen: string | undefined;
}): Html {
  const { name, label, all, options, chosen } = field;
  return html`<div class="field">
    <label for="${name}">${label}</label>
    <select id="${name}" name="${name}">
      ${all !== undefined && html`<option value="">${all}</option>`}
      ${options.map(
        ([value, text]) => html`<option value="${value}" ${value === chosen && html`selected`}>${text}</option>`,
      )}
    </select>
  </div>`;
}

/** A field that narrows a list to a first or a last day. */
export function dayField(name: string, label: string, value = ''): Html {
  return html`<div class="field">
    <label for="${name}">${label}</label>
    <input id="${name}" name="${name}" type="date" value="${value}" />
  </div>`;
}

/** Reads a day of a query, such as `2026-11-28`; undefined for what is no day. */
export function dayIn(value: unknown): string | undefined {
  if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\d$/.test(value)) return undefined;
  const instant = Date.parse(`${value}T00:00:00Z`);
  return !Number.isNaN(instant) && new Date(instant).toISOString().startsWith(value) ? value : undefined;
}

/** The address of a list with a filter. What is undefined filters nothing. */
export function filteredAddress(address: string, filter: Readonly<Record<string, string | undefined>>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(filter)) if (value !== undefined) query.set(name, value);
  return query.size > 0 ? `${address}?${query.toString()}` : address;
}
