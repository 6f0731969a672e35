import { html, type Html } from '../pages/html.ts';

/** One arrow of a diagram, or a note beside it. */
interface Arrow {
  from?: string;
  to?: string;
  says: string;
}

/**
 * A diagram of a guide as a list of its arrows. GitHub draws the picture; a page that runs no script, that is printed or
 * that is heard says the same in words.
 */
export function diagramSteps(source: string): Html {
  const lines = source.split('\n').map((line) => line.trim());
  const names = new Map(
    lines.flatMap((line) => {
      const [, id = '', name = ''] = /^(?:actor|participant) (\S+) as (.+)$/.exec(line) ?? [];
      return id === '' ? [] : [[id, name] as const];
    }),
  );
  const arrows = lines.flatMap((line) => arrowOf(line, (id) => names.get(id) ?? id));
  return html`<ol class="diagram">
    ${arrows.map(
      ({ from, to, says }) =>
        html`<li>
          ${from !== undefined && html`<strong>${from} → ${to}</strong>${says !== '' && ': '}`}
          ${says.split(/<br\s*\/?>/).map((part, at) => html`${at > 0 && html`<br />`}${part}`)}
        </li>`,
    )}
  </ol>`;
}

function arrowOf(line: string, nameOf: (id: string) => string): Arrow[] {
  const message = /^(\S+?)-{1,2}>>[+-]?(\S+): (.*)$/.exec(line);
  const [, from = '', to = '', says = ''] = message ?? /^(\S+) --> (\S+?)(?:: (.*))?$/.exec(line) ?? [];
  if (from !== '') return [{ from: endOf(nameOf(from), '●'), to: endOf(nameOf(to), '◉'), says }];
  const [, note = ''] = /^Note over [^:]+: (.*)$/.exec(line) ?? [];
  return note === '' ? [] : [{ says: note }];
}

/** The mark of the beginning or the end of a lifecycle. */
function endOf(name: string, mark: string): string {
  return name === '[*]' ? mark : name;
}
