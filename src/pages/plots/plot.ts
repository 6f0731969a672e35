import { html, type Html } from '../html.ts';
import { HEIGHT, rem } from './axis.ts';

/** The texts that every plot has. */
export interface PlotTexts {
  /** Unique on the page; letters, digits and hyphens. */
  id: string;
  title: string;
  /** What the plot shows, in a sentence, for people who hear it. */
  description: string;
  /** What the numbers of the axis count, such as `starts an hour`. */
  unit: string;
  /** The sentence in place of a plot without data. */
  empty: string;
  /** The words that open the table, and its first heading. */
  table: { open: string; point: string };
}

/** The table that says the same as a plot: each row begins with its heading. */
export interface PlotTable {
  headings: readonly string[];
  rows: readonly (readonly string[])[];
}

/** A mark of the legend: the class of what it explains, and its name. */
export interface LegendMark {
  mark: Html;
  name: string;
}

/** The frame of a plot: title, legend, picture, and the table with the same figures. */
export function plotFrame(
  { id, title, description, unit, table: texts }: PlotTexts,
  { legend, drawing, table }: { legend: readonly LegendMark[]; drawing: Html; table: PlotTable },
): Html {
  return html`<figure class="plot">
    <figcaption>${title}</figcaption>
    ${
      legend.length > 0 &&
      html`<ul class="plot-legend">
        ${legend.map(
          ({ mark, name }) =>
            html`<li>
              <svg width="1.75rem" height="0.875rem" aria-hidden="true" focusable="false">${mark}</svg>${name}
            </li>`,
        )}
      </ul>`
    }
    <p class="plot-unit">${unit}</p>
    <svg
      class="plot-picture"
      width="100%"
      height="${rem(HEIGHT)}"
      role="img"
      aria-labelledby="${id}-title ${id}-desc"
      focusable="false"
    >
      <title id="${id}-title">${title}</title>
      <desc id="${id}-desc">${description}</desc>
      ${drawing}
    </svg>
    <details>
      <summary>${texts.open}</summary>
      <div class="scroll" role="region" aria-label="${title}" tabindex="0">
        <table>
          <caption class="unseen">
            ${title}
          </caption>
          <thead>
            <tr>
              ${[texts.point, ...table.headings].map((heading) => html`<th scope="col">${heading}</th>`)}
            </tr>
          </thead>
          <tbody>
            ${table.rows.map(
              ([name, ...cells]) =>
                html`<tr>
                  <th scope="row">${name}</th>
                  ${cells.map((cell) => html`<td>${cell}</td>`)}
                </tr>`,
            )}
          </tbody>
        </table>
      </div>
    </details>
  </figure>`;
}

/** In place of a plot without data. */
export function emptyPlot({ title, empty }: PlotTexts): Html {
  return html`<figure class="plot">
    <figcaption>${title}</figcaption>
    <p class="plot-nothing">${empty}</p>
  </figure>`;
}
