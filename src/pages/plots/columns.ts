import { grouped } from '../format.ts';
import { html, type Html } from '../html.ts';
import { labels, onAxis, rem, scaleOf } from './axis.ts';
import { emptyPlot, plotFrame, type PlotTexts } from './plot.ts';

/** One column: counts of one or two kinds, the first at the bottom. */
export interface Column {
  /** Below the column: short, such as `15` or `11/28`. */
  label: string;
  /** In the table. */
  name: string;
  counts: readonly [number] | readonly [number, number];
}

/** The widest column, as a part of the width. */
const WIDEST = 0.08;

/**
 * Draws counts over time as columns: of one kind, or of two, one on the other. The second kind is hatched, so that the two
 * differ without their colours.
 */
export function columnsPlot(
  texts: PlotTexts,
  { kinds, columns }: { kinds: readonly [string] | readonly [string, string]; columns: readonly Column[] },
): Html {
  const totals = columns.map(({ counts: [one, other = 0] }) => one + other);
  if (totals.every((total) => total === 0)) return emptyPlot(texts);
  const scale = scaleOf(totals, { whole: true });
  const slot = 1 / columns.length;
  const width = Math.min(WIDEST, slot * 0.72);
  const middle = (at: number) => (at + 0.5) * slot;
  const fill = [html`class="plot-one"`, html`class="plot-two" fill="url(#${texts.id}-hatch)"`] as const;
  const part = (at: number, from: number, to: number, kind: 0 | 1) => {
    const height = Number.parseFloat(scale.y(from)) - Number.parseFloat(scale.y(to));
    return (
      to > from &&
      html`<rect
        ${fill[kind]}
        x="${scale.x(middle(at) - width / 2)}"
        y="${scale.y(to)}"
        width="${scale.breadth(width)}"
        height="${rem(height)}"
      />`
    );
  };
  const drawing = html`<defs>
      <pattern
        id="${texts.id}-hatch"
        class="plot-hatch"
        width="6"
        height="6"
        patternUnits="userSpaceOnUse"
        patternTransform="rotate(45)"
      >
        <rect width="6" height="6" /><line x1="1" x2="1" y1="0" y2="6" />
      </pattern>
    </defs>
    ${onAxis(scale, html`${columns.map(({ counts: [one, other = 0] }, at) => [part(at, 0, one, 0), part(at, one, one + other, 1)])}`)}
    ${labels(
      scale,
      columns.map(({ label }) => label),
      middle,
    )}`;
  const legend = kinds.map((name, kind) => ({
    mark: html`<rect ${fill[kind as 0 | 1]} x="0.4rem" y="0" width="0.875rem" height="0.875rem" />`,
    name,
  }));
  const rows = columns.map(({ name, counts }) => [name, ...counts.map((count) => grouped(count))]);
  return plotFrame(texts, { legend: kinds.length > 1 ? legend : [], drawing, table: { headings: kinds, rows } });
}
