import { describe, expect, it } from '@jest/globals';
import { percent, seconds } from '../../src/pages/format.ts';
import { barsPlot } from '../../src/pages/plots/bars.ts';
import { columnsPlot } from '../../src/pages/plots/columns.ts';
import { linesPlot } from '../../src/pages/plots/lines.ts';
import { scaleOf } from '../../src/pages/plots/axis.ts';
import type { PlotTexts } from '../../src/pages/plots/plot.ts';

const TEXTS: PlotTexts = {
  id: 'starts',
  title: 'Starts <a day>',
  description: 'Starts of each day',
  unit: 'starts',
  empty: 'Nothing was started.',
  table: { open: 'As a table', point: 'Day' },
};
const day = (at: number) => ({ label: `11/${at + 1}`, name: `${at + 1} Nov 2026` });
const column = (at: number, ...counts: [number, number]) => ({ ...day(at), counts });
const month = Array.from({ length: 30 }, (_, at) => column(at, 1_234 + at, 50));

const columns = (all = month) => columnsPlot(TEXTS, { kinds: ['verified', 'not verified'], columns: all }).text;
const lines = (...all: [number | null, number | null][]) =>
  linesPlot(TEXTS, {
    kinds: ['p50', 'p95'],
    points: all.map((pair, at) => ({ ...day(at), values: pair })),
    write: (value) => seconds(value, 'en'),
  }).text;
const bars = (...counts: number[]) =>
  barsPlot(TEXTS, { bars: counts.map((count, at) => ({ name: `reason ${at}`, count })), share: 'Share' }).text;
/** The cells of the rows of a table. */
const cells = (text: string) =>
  [...text.matchAll(/<tr>(.*?)<\/tr>/gs)].map(([, row = '']) =>
    [...row.matchAll(/<t[hd][^>]*>(.*?)<\/t[hd]>/gs)].map(([, cell = '']) => cell.replace(/<svg.*<\/svg>/s, '').trim()),
  );

describe('a plot', () => {
  it.each([
    ['of columns', columns()],
    ['of lines', lines([1, 2], [null, null])],
    ['of bars', bars(1, 2)],
  ])('%s needs neither a script nor a style, and escapes its texts', (_case, text) => {
    expect(text).not.toMatch(/<script|\bstyle=|\son\w+=|<a day>/);
    expect(text).toContain('Starts &lt;a day&gt;');
  });

  it.each([
    ['of columns', columns([column(0, 0, 0)])],
    ['of columns without points', columns([])],
    ['of lines', lines([null, null])],
    ['of bars', bars(0, 0)],
  ])('%s without data is a sentence', (_case, text) => {
    expect(text).toContain('Nothing was started.');
    expect(text).not.toMatch(/<svg|NaN|Infinity/);
  });

  it('is a picture with a name and a description, beside a table with the same figures', () => {
    const text = columns([column(0, 1_234, 5), column(1, 0, 0)]);
    expect(text).toMatch(/role="img"\s+aria-labelledby="starts-title starts-desc"/);
    expect(text).toContain('<desc id="starts-desc">Starts of each day</desc>');
    expect(cells(text)).toEqual([
      ['Day', 'verified', 'not verified'],
      ['1 Nov 2026', '1,234', '5'],
      ['2 Nov 2026', '0', '0'],
    ]);
  });

  it('says in its table where there is no time, and interrupts the line there', () => {
    const text = lines([8.4, 130.2], [null, null], [9, 20], [10, 21]);
    expect(cells(text).slice(1, 3)).toEqual([
      ['1 Nov 2026', '8.4 s', '130 s'],
      ['2 Nov 2026', '–', '–'],
    ]);
    const drawn = text.slice(text.indexOf('plot-picture'));
    // One step of each line: from the third point to the fourth.
    expect(drawn.match(/<line\s+x1="[\d.]+%"/g)).toHaveLength(2);
  });

  it('labels the last point, and fewer of the others where it is narrow', () => {
    const shown = [...columns().matchAll(/plot-text( plot-\w+)?"[^>]*>\s*11\/(\d+)/g)].map(([, rank, label]) => [
      label,
      rank,
    ]);
    expect(shown.length).toBe(10);
    expect(shown.at(-1)).toEqual(['30', undefined]);
    expect(shown.filter(([, rank]) => rank === undefined).map(([label]) => label)).toEqual(['6', '18', '30']);
  });

  it('has the bars of all reasons, the most frequent first, each long enough to be seen', () => {
    const text = bars(1, 9_999, 0);
    expect(cells(text).slice(1)).toEqual([
      ['reason 1', '9,999', '&gt;99.9%'],
      ['reason 0', '1', '&lt;0.1%'],
      ['reason 2', '0', '0%'],
    ]);
    expect([...text.matchAll(/width="([\d.]+)%" height="100%"/g)].map(([, width]) => width)).toEqual([
      '100',
      '0.5',
      '0',
    ]);
  });

  it('has the steps of a funnel in their order, with shares of the whole', () => {
    const steps = [
      { name: 'started', count: 8 },
      { name: 'handed', count: 4 },
      { name: 'opened', count: 6 },
    ];
    expect(cells(barsPlot(TEXTS, { bars: steps, share: 'Share', of: 8 }).text).slice(1)).toEqual([
      ['started', '8', '100%'],
      ['handed', '4', '50.0%'],
      ['opened', '6', '75.0%'],
    ]);
  });
});

describe('a scale', () => {
  it.each<[number[], boolean, number[]]>([
    [[1], true, [0, 1]],
    [[4], true, [0, 1, 2, 3, 4]],
    [[7], true, [0, 2, 4, 6, 8]],
    [[20_000], true, [0, 5_000, 10_000, 15_000, 20_000]],
    [[23_456], true, [0, 5_000, 10_000, 15_000, 20_000, 25_000]],
    [[0.9], false, [0, 0.2, 0.4, 0.6, 0.8, 1]],
    [[131.4], false, [0, 50, 100, 150]],
    [[], true, [0, 1]],
  ])('of %j has round numbers from zero', (values, whole, ticks) => {
    expect(scaleOf(values, { whole }).ticks.map(({ value }) => value)).toEqual(ticks);
  });
});

describe('figures', () => {
  it('are written as people of the language write them', () => {
    expect([seconds(8.44, 'ko'), seconds(8.44, 'en'), seconds(99.96, 'en'), seconds(1_234, 'ko')]).toEqual([
      '8.4초',
      '8.4 s',
      '100 s',
      '1,234초',
    ]);
    expect([0, 0.0001, 0.5, 0.93444, 0.99999, 1].map(percent)).toEqual([
      '0%',
      '<0.1%',
      '50.0%',
      '93.4%',
      '>99.9%',
      '100%',
    ]);
  });
});
