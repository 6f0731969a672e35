import { HOUR_MS } from '../../domain/figures.ts';
import { SEOUL_OFFSET_MS } from '../../domain/person.ts';
import { PUSH_ANSWER_OUTCOMES } from '../../domain/push-answer.ts';
import { PUSH_SERVICES } from '../../domain/push-service.ts';
import { answersOf, type ServiceDay, type ServiceTotals } from '../../figures/figures.ts';
import { calendarDay, grouped, percent, seconds, seoulTime } from '../../pages/format.ts';
import { html, type Html } from '../../pages/html.ts';
import type { Page } from '../../pages/page.ts';
import { barsPlot } from '../../pages/plots/bars.ts';
import { columnsPlot } from '../../pages/plots/columns.ts';
import { largeNumbers } from '../../pages/plots/large-numbers.ts';
import { linesPlot } from '../../pages/plots/lines.ts';
import { facts, linkButton } from '../../pages/site.ts';
import { wideTable } from '../../pages/wide-table.ts';
import type { SupervisorOverview } from '../overview.ts';
import type { OperatorWords } from '../words/words.ts';
import { deskPage, type DeskReader } from './desk.ts';
import { lossAlarm, standing } from './home.page.ts';

const ADDRESS = '/operator/overview';
const STEPS = ['started', 'handed', 'answered', 'opened', 'verified'] as const;

type Words = OperatorWords['overview'];

/** How much there is of something, and how it differs from a week before. */
interface Measure {
  name: string;
  of: (totals: ServiceTotals) => number | null;
  write: (value: number) => string;
  /** Writes the difference of two values; null where there is nothing to say. */
  change: (today: number, before: number) => string | null;
}

/** The overview of supervisors: today in numbers, beside the same day of the last week, and what waits at present. */
export function overviewPage(reader: DeskReader, { day, present, work }: SupervisorOverview): Page {
  const { overview: words } = reader.texts;
  const content = html`<h1>${words.title}</h1>
    <p class="lead">${words.lead}</p>
    ${lossAlarm(reader, present)} ${todayCard(reader, day)}
    <section class="card" aria-labelledby="present">
      <h2 id="present">${words.present}</h2>
      ${facts([
        [words.pinsLocked, words.pinsLockedOf(work.pinsLocked, work.pinsLockedToday)],
        ...standing(reader, present),
        [words.applications, String(work.applications)],
        [words.reports, String(work.reports)],
      ])}
      ${linkButton('/operator/approvals', words.toApprovals, 'secondary')}
    </section>
    ${comparison(reader, day)} ${plots(reader, day)}
    <div class="card">
      ${barsPlot(
        { ...plotTexts(words, 'parties'), table: { open: words.asTable, point: words.relyingParty } },
        { bars: present.notMe.map(({ relyingParty: { name }, count }) => ({ name, count })), share: words.share },
      )}
    </div>
    ${pushes(reader, day.today)}
    <p class="hint">${words.countedUntil(seoulTime(day.countedUntil, reader.locale))} ${words.leavesOut}</p>`;
  return deskPage({ title: words.title, address: ADDRESS, content, reader, place: ADDRESS });
}

function todayCard(reader: DeskReader, { today }: ServiceDay): Html {
  const { overview: words } = reader.texts;
  return html`<section class="desk-section" aria-labelledby="today">
    <h2 id="today">${words.today}</h2>
    ${largeNumbers(measuresOf(reader).map(({ name, of, write }) => [name, written(of(today), write)]))}
  </section>`;
}

/** Whole hours alone: a day that has just begun is no fewer than the day a week before. */
function comparison(reader: DeskReader, { compared, from }: ServiceDay): Html {
  const { overview: words } = reader.texts;
  const heading = html`<h2 id="compared">${words.compared}</h2>`;
  if (!compared) {
    return html`<section class="card" aria-labelledby="compared">
      ${heading}
      <p class="hint">${words.nothingCompared}</p>
    </section>`;
  }
  const { until, today, lastWeek } = compared;
  return html`<section class="card" aria-labelledby="compared">
    ${heading}
    <p class="hint">${words.comparedUntil(dayOf(reader, from), (until.getTime() - from.getTime()) / HOUR_MS)}</p>
    ${wideTable(
      'compared',
      [words.figure, words.todayColumn, words.lastWeek, words.change],
      measuresOf(reader).map(({ name, of, write, change }) => {
        const [now, before] = [of(today), of(lastWeek)];
        const difference = now === null || before === null ? null : change(now, before);
        return html`<tr>
          <th scope="row">${name}</th>
          <td>${written(now, write)}</td>
          <td>${written(before, write)}</td>
          <td>${difference ?? '–'}</td>
        </tr>`;
      }),
    )}
  </section>`;
}

function measuresOf({ locale, texts }: DeskReader): Measure[] {
  const { overview: words } = texts;
  const count = { write: grouped, change: ofAll };
  const share = { write: percent, change: (one: number, other: number) => words.points(signed((one - other) * 100)) };
  const inSeconds = (value: number) => seconds(value, locale);
  const time = {
    write: inSeconds,
    change: (one: number, other: number) => `${signOf(one - other)}${inSeconds(Math.abs(one - other))}`,
  };
  return [
    { name: words.starts, of: ({ starts }) => starts, ...count },
    { name: words.verifiedShare, of: (totals) => totals.share, ...share },
    { name: words.p50, of: ({ p50Seconds }) => p50Seconds, ...time },
    { name: words.p95, of: ({ p95Seconds }) => p95Seconds, ...time },
    { name: words.smsShare, of: ({ smsShare }) => smsShare, ...share },
    { name: words.notMe, of: ({ notMe }) => notMe, ...count },
    { name: words.pushFailures, of: ({ pushFailureShare }) => pushFailureShare, ...share },
    { name: words.held, of: ({ requests }) => requests.held, ...count },
  ];
}

function plots(reader: DeskReader, { today, hours }: ServiceDay): Html {
  const { locale, texts } = reader;
  const { overview: words } = texts;
  const byHour = { open: words.asTable, point: words.hour };
  const begun = hours.flatMap(({ from, today: totals }) => (totals ? [{ ...hourNames(from, words), totals }] : []));
  return html`<div class="card">
      ${linesPlot(
        { ...plotTexts(words, 'starts'), table: byHour },
        {
          kinds: [words.todayColumn, words.lastWeek],
          points: hours.map((hour) => ({
            ...hourNames(hour.from, words),
            values: [hour.today?.starts ?? null, hour.lastWeek.starts],
          })),
          write: grouped,
          whole: true,
        },
      )}
    </div>
    <div class="card">
      ${barsPlot(
        { ...plotTexts(words, 'funnel'), table: { open: words.asTable, point: words.step } },
        {
          bars: STEPS.map((step) => ({ name: words.steps[step], count: today.requests[step] })),
          share: words.ofStarted,
          of: today.requests.started,
        },
      )}
      <p class="hint">${words.funnelHint}</p>
    </div>
    <div class="card">
      ${linesPlot(
        { ...plotTexts(words, 'times'), table: byHour },
        {
          kinds: [words.p50, words.p95],
          points: begun.map(({ totals, ...name }) => ({ ...name, values: [totals.p50Seconds, totals.p95Seconds] })),
          write: (value) => seconds(value, locale),
        },
      )}
    </div>
    <div class="card">
      ${columnsPlot(
        { ...plotTexts(words, 'denials'), table: byHour },
        {
          kinds: [words.notMe],
          columns: begun.map(({ totals, ...name }) => ({ ...name, counts: [totals.notMe] as const })),
        },
      )}
    </div>`;
}

/** How many pushes each platform was given, and why it did not accept some. */
function pushes({ texts }: DeskReader, { pushes: answers }: ServiceTotals): Html {
  const { overview: words, phone } = texts;
  const failures = PUSH_ANSWER_OUTCOMES.filter((outcome) => outcome !== 'accepted');
  const asked = PUSH_SERVICES.filter((service) => answersOf(answers[service]) > 0);
  return html`<div class="card">
    ${barsPlot(
      { ...plotTexts(words, 'pushes'), table: { open: words.asTable, point: words.platform } },
      {
        bars: asked.flatMap((service) =>
          failures.map((outcome) => ({
            name: `${phone.pushServices[service] ?? service}: ${phone.outcomes[outcome]}`,
            count: answers[service][outcome],
          })),
        ),
        share: words.share,
      },
    )}
    ${facts(
      asked.map((service) => {
        const all = answersOf(answers[service]);
        const failed = all - answers[service].accepted;
        return [
          phone.pushServices[service] ?? service,
          words.answers(grouped(all), grouped(failed), percent(failed / all)),
        ];
      }),
    )}
  </div>`;
}

function plotTexts(words: Words, id: keyof Words['plots']) {
  return { id, ...words.plots[id] };
}

function written(value: number | null, write: (value: number) => string): string {
  return value === null ? '–' : write(value);
}

/** `+12.3%`; null where there was nothing before. */
function ofAll(today: number, before: number): string | null {
  return before === 0 ? null : `${signed((today / before - 1) * 100)}%`;
}

function signed(value: number): string {
  const rounded = Math.abs(value).toFixed(1);
  return `${Number(rounded) === 0 ? '' : signOf(value)}${rounded}`;
}

function signOf(value: number): string {
  if (value === 0) return '';
  return value > 0 ? '+' : '−';
}

function dayOf({ locale }: DeskReader, midnight: Date): string {
  return calendarDay(new Date(midnight.getTime() + SEOUL_OFFSET_MS).toISOString().slice(0, 10), locale);
}

/** `15`, and in the table `15:00–16:00`. */
function hourNames(from: Date, { hourName }: Words): { label: string; name: string } {
  const hour = new Date(from.getTime() + SEOUL_OFFSET_MS).getUTCHours();
  return { label: String(hour), name: hourName(hour) };
}
