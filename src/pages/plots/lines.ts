import { html, type Html } from '../html.ts';
import { labels, onAxis, scaleOf, type Scale } from './axis.ts';
import { emptyPlot, plotFrame, type PlotTexts } from './plot.ts';

/** One point of two lines; null where there is no value. */
export interface LinePoint {
  label: string;
  /** In the table. */
  name: string;
  values: readonly [number | null, number | null];
}

type Kind = 0 | 1;

/** Points whose marks never hide their line. */
const FEW = 12;

/**
 * Draws two lines over time, such as p50 and p95. The second one is dashed and has square marks. A point without a value
 * interrupts its line. `write` writes a value for the table; `whole`: the values are counts.
 */
export function linesPlot(
  texts: PlotTexts,
  given: {
    kinds: readonly [string, string];
    points: readonly LinePoint[];
    write: (value: number) => string;
    whole?: boolean;
  },
): Html {
  const { kinds, points, write, whole = false } = given;
  const values = points.flatMap((point) => point.values.filter((value) => value !== null));
  if (whole ? values.every((value) => value === 0) : values.length === 0) return emptyPlot(texts);
  const scale = scaleOf(values, { whole });
  const place = (at: number) => (at + 0.5) / points.length;
  const lines = ([1, 0] as const).map((kind) => {
    const own = points.map((point) => point.values[kind]);
    return html`<g class="${kind === 0 ? 'plot-first' : 'plot-dashed'}">${lineOf(own, scale, place, kind)}</g>`;
  });
  const drawing = html`${onAxis(scale, html`${lines}`)}
  ${labels(
    scale,
    points.map(({ label }) => label),
    place,
  )}`;
  const legend = kinds.map((name, kind) => ({
    mark: html`<g class="${kind === 0 ? 'plot-first' : 'plot-dashed'}"
      ><line x1="0" x2="1.75rem" y1="50%" y2="50%" />${markAt('50%', '50%', kind as Kind)}</g
    >`,
    name,
  }));
  const written = (value: number | null) => (value === null ? '–' : write(value));
  const rows = points.map((point) => [point.name, ...point.values.map(written)]);
  return plotFrame(texts, { legend, drawing, table: { headings: kinds, rows } });
}

function lineOf(
  values: readonly (number | null)[],
  { x, y }: Scale,
  place: (at: number) => number,
  kind: Kind,
): Html[] {
  return values.flatMap((value, at) => {
    if (value === null) return [];
    const [before, next] = [values[at - 1] ?? null, values[at + 1] ?? null];
    const from = { x: x(place(at)), y: y(value) };
    const way = next !== null && html`<line x1="${from.x}" y1="${from.y}" x2="${x(place(at + 1))}" y2="${y(next)}" />`;
    const mark = markAt(from.x, from.y, kind);
    // In a very narrow plot many marks hide their line; one alone is all that there is to see.
    const isDense = values.length > FEW && (before !== null || next !== null);
    return [html`${way}${isDense ? html`<g class="plot-second">${mark}</g>` : mark}`];
  });
}

/** A mark of a point: a disc for the first line, a square for the second. */
function markAt(x: string, y: string, kind: Kind): Html {
  if (kind === 0) return html`<circle cx="${x}" cy="${y}" r="0.22rem" />`;
  return html`<svg x="${x}" y="${y}" overflow="visible">
    <rect x="-0.2rem" y="-0.2rem" width="0.4rem" height="0.4rem" />
  </svg>`;
}
