import { ENDS, SPANS, type Span } from '../../domain/figures.ts';
import { SEOUL_OFFSET_MS } from '../../domain/person.ts';
import type { FiguresOfSpan, Point } from '../../figures/figures.ts';
import { calendarDay, grouped, percent, seconds, seoulTime } from '../../pages/format.ts';
import { html, type Html } from '../../pages/html.ts';
import type { Page } from '../../pages/page.ts';
import { barsPlot } from '../../pages/plots/bars.ts';
import { columnsPlot } from '../../pages/plots/columns.ts';
import { linesPlot } from '../../pages/plots/lines.ts';
import { largeNumbers } from '../../pages/plots/large-numbers.ts';
import type { ConsoleWords } from '../words/words.ts';
import { clientPage, pathIn, type ClientReader } from './frame.ts';

/** Figures of a relying party's authentications: today, of 7 or of 30 days. */
export function figuresPage(reader: ClientReader, span: Span, figures: FiguresOfSpan): Page {
  const { figures: words } = reader.texts;
  const path = pathIn(reader, 'figures');
  const content = html`<h1>${words.title}</h1>
    <p class="lead">${words.lead}</p>
    <nav class="console-spans" aria-label="${words.span}">
      ${SPANS.map(
        (one) =>
          html`<a href="${path}?span=${one}" ${one === span && html`aria-current="page"`}>${words.spans[one]}</a>`,
      )}
    </nav>
    ${summary(reader, figures)} ${plots(reader, span, figures)}
    <p class="hint">${words.countedUntil(seoulTime(figures.countedUntil, reader.locale))} ${words.leavesOut}</p>`;
  return clientPage({ reader, title: words.title, address: `${path}?span=${span}`, content, place: 'figures' });
}

/** The figures of a span in a row of large numbers. */
export function summary({ locale, texts }: ClientReader, { totals }: FiguresOfSpan): Html {
  const { figures: words } = texts;
  const written = (value: number | null, as: (value: number) => string) => (value === null ? '–' : as(value));
  const numbers: readonly (readonly [string, string])[] = [
    [words.starts, grouped(totals.starts)],
    [words.share, written(totals.share, percent)],
    [words.p50, written(totals.p50Seconds, (value) => seconds(value, locale))],
    [words.p95, written(totals.p95Seconds, (value) => seconds(value, locale))],
    [words.smsShare, written(totals.smsShare, percent)],
    [words.notMe, grouped(totals.notMe)],
  ];
  return largeNumbers(numbers);
}

function plots({ locale, texts }: ClientReader, span: Span, { totals, series }: FiguresOfSpan): Html {
  const { figures: words } = texts;
  const shared = {
    empty: words.empty,
    table: { open: words.asTable, point: span === 'today' ? words.hour : words.day },
  };
  const pointOf = ({ from }: Point) => (span === 'today' ? hourNames(from, words) : dayNames(from, locale));
  return html`<div class="card">
      ${columnsPlot(
        {
          id: 'starts',
          title: words.startsPlot,
          description: words.startsDescription,
          unit: words.startsUnit,
          ...shared,
        },
        {
          kinds: [words.verified, words.notVerified],
          columns: series.map((point) => ({
            ...pointOf(point),
            counts: [point.ends.verified, Math.max(0, point.starts - point.ends.verified)],
          })),
        },
      )}
    </div>
    <div class="card">
      ${linesPlot(
        { id: 'times', title: words.timesPlot, description: words.timesDescription, unit: words.timesUnit, ...shared },
        {
          kinds: [words.p50, words.p95],
          points: series.map((point) => ({ ...pointOf(point), values: [point.p50Seconds, point.p95Seconds] })),
          write: (value) => seconds(value, locale),
        },
      )}
    </div>
    <div class="card">
      ${barsPlot(
        {
          id: 'ends',
          title: words.endsPlot,
          description: words.endsDescription,
          unit: words.endsUnit,
          empty: words.empty,
          table: { open: words.asTable, point: words.end },
        },
        { bars: ENDS.map((end) => ({ name: words.ends[end], count: totals.ends[end] })), share: words.shareOfEnds },
      )}
    </div>`;
}

/** `15`, and in the table `15:00–16:00`. */
function hourNames(from: Date, { hourName }: ConsoleWords['figures']): { label: string; name: string } {
  const hour = new Date(from.getTime() + SEOUL_OFFSET_MS).getUTCHours();
  return { label: String(hour), name: hourName(hour) };
}

/** `11/28`, and in the table the day as the language writes it. */
function dayNames(from: Date, locale: ClientReader['locale']): { label: string; name: string } {
  const day = new Date(from.getTime() + SEOUL_OFFSET_MS).toISOString().slice(0, 10);
  const [, month, date] = day.split('-').map(Number);
  return { label: `${month}/${date}`, name: calendarDay(day, locale) };
}
