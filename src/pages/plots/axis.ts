import { grouped } from '../format.ts';
import { html, type Html } from '../html.ts';

/** Where things lie in a plot, in rem from its top: so it grows with the size of the reader's text. */
const TOP = 1.25;
const AREA = 9.5;
const BELOW = 1.75;
export const HEIGHT = TOP + AREA + BELOW;
/** Per cent of the width that stay free at the end. */
const MARGIN = 3;
/** Per cent of the width that the numbers of the axis have to themselves: some, and more for each character. */
const [GUTTER, OF_CHARACTER] = [3, 1.8];

/** Lines that an axis has above its zero, at most. */
const LINES = 5;
/** Labels below a wide plot, at most; a narrow one shows every second, a very narrow one every fourth of them. */
const LABELS = 10;

/** A round scale from zero, and the places in the plot that follow from it. */
export interface Scale {
  /** The numbers that have a line, zero first, as they are written. */
  ticks: { value: number; text: string }[];
  /** The place of a value, in rem from the top. */
  y: (value: number) => string;
  /** The place of a part of the width, 0 to 1, in per cent. */
  x: (part: number) => string;
  /** A part of the width, in per cent. */
  breadth: (part: number) => string;
}

/** A scale that holds all values, in steps of 1, 2 or 5 times a power of ten; in whole numbers where these are counts. */
export function scaleOf(values: readonly number[], { whole }: { whole: boolean }): Scale {
  const highest = Math.max(...values, 0);
  const least = highest / LINES || 1;
  const power = 10 ** Math.floor(Math.log10(least));
  const rounded = ([1, 2, 5, 10].find((factor) => factor * power >= least * (1 - 1e-9)) ?? 10) * power;
  const step = whole ? Math.max(1, rounded) : rounded;
  const lines = Math.max(1, Math.ceil(highest / step - 1e-9));
  const ticks = Array.from({ length: lines + 1 }, (_, at) => {
    const value = Number((at * step).toPrecision(12));
    return { value, text: Number.isInteger(value) ? grouped(value) : String(value) };
  });
  const top = lines * step;
  const gutter = GUTTER + OF_CHARACTER * Math.max(...ticks.map(({ text }) => text.length));
  const width = 100 - gutter - MARGIN;
  return {
    ticks,
    y: (value) => rem(TOP + AREA * (1 - value / top)),
    x: (part) => percentage(gutter + part * width),
    breadth: (part) => percentage(part * width),
  };
}

export function rem(length: number): string {
  return `${Number(length.toFixed(3))}rem`;
}

function percentage(part: number): string {
  return `${Number(part.toFixed(3))}%`;
}

/** The drawing between the lines of a scale, which lie behind it, and their numbers, which nothing may cover. */
export function onAxis({ ticks, y }: Scale, drawing: Html): Html {
  return html`${ticks.map(
    ({ value }) =>
      html`<line
        class="${value === 0 ? 'plot-base' : 'plot-line'}"
        x1="0"
        x2="100%"
        y1="${y(value)}"
        y2="${y(value)}"
      />`,
  )}
  ${drawing}
  ${ticks.map(({ value, text }) => html`<text class="plot-text" x="0" y="${y(value)}" dy="-0.3em">${text}</text>`)}`;
}

/** The labels below the points, which lie at these parts of the width. The last point always has one. */
export function labels({ x }: Scale, texts: readonly string[], place: (at: number) => number): Html {
  const every = Math.ceil(texts.length / LABELS);
  const shown = texts.map((text, at) => ({ text, at })).filter(({ at }) => (texts.length - 1 - at) % every === 0);
  return html`${shown.map(({ text, at }, nth) => {
    const back = shown.length - 1 - nth;
    const rank = back % 4 === 0 ? '' : back % 2 === 0 ? ' plot-second' : ' plot-third';
    return html`<text class="plot-text${rank}" x="${x(place(at))}" y="${rem(HEIGHT - 0.5)}" text-anchor="middle">
      ${text}
    </text>`;
  })}`;
}
