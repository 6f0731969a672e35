import { grouped, percent } from '../format.ts';
import { html, type Html } from '../html.ts';
import { emptyPlot, type PlotTexts } from './plot.ts';

/** A row of bars: a name and its count. */
export interface Bar {
  name: string;
  count: number;
}

/**
 * Draws counts by reason as horizontal bars, the most frequent first. The picture is a column of the table that says the
 * same, so nothing is said twice. With `of`, the bars are steps of that number: they keep their order, and have shares of it.
 */
export function barsPlot(
  texts: PlotTexts,
  { bars, share, of }: { bars: readonly Bar[]; share: string; of?: number },
): Html {
  const total = of ?? bars.reduce((sum, { count }) => sum + count, 0);
  if (total === 0) return emptyPlot(texts);
  const sorted = of === undefined ? [...bars].sort((one, other) => other.count - one.count) : bars;
  const most = Math.max(...bars.map(({ count }) => count), 1);
  return html`<figure class="plot">
    <figcaption id="${texts.id}-title">${texts.title}</figcaption>
    <div class="scroll" role="region" aria-labelledby="${texts.id}-title" tabindex="0">
      <table class="plot-bars">
        <caption class="unseen">
          ${texts.description}
        </caption>
        <thead>
          <tr>
            <th scope="col">${texts.table.point}</th>
            <th scope="col">${texts.unit}</th>
            <th scope="col">${share}</th>
          </tr>
        </thead>
        <tbody>
          ${sorted.map(
            ({ name, count }) =>
              html`<tr>
                <th scope="row">
                  ${name}
                  <svg width="100%" height="0.625rem" aria-hidden="true" focusable="false">
                    <rect class="plot-one" width="${widthOf(count / most)}%" height="100%" rx="2" />
                  </svg>
                </th>
                <td>${grouped(count)}</td>
                <td>${percent(count / total)}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
  </figure>`;
}

/** Per cent of the width. What is there can be seen. */
function widthOf(part: number): number {
  return part === 0 ? 0 : Math.max(0.5, Number((part * 100).toFixed(2)));
}
