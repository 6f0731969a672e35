import type { AuthenticationState } from '../domain/authentication.ts';
import type { Locale } from '../domain/locale.ts';
import type { Failure, LoggedAuthentication, TimelineStep } from '../domain/logged-authentication.ts';
import { dateSecond } from './format.ts';
import { html, type Html } from './html.ts';

/** The sentences of a timeline. They differ with the reader: a relying party may know less than the call centre. */
export interface TimelineWords {
  /** In place of the times of wrong codes. */
  timeUnknown: string;
  steps: {
    startedByServer: string;
    startedByWindow: string;
    sentPush: string;
    sentText: string;
    resent: (count: number) => string;
    opened: string;
    openedToSign: string;
    wrongCodes: (count: number) => string;
    ended: Record<AuthenticationState, string>;
  };
  failures: Record<Failure, string>;
}

/** The steps of an authentication with their times, one below the other. */
export function timelineList(
  words: TimelineWords,
  locale: Locale,
  steps: readonly TimelineStep[],
  one: Pick<LoggedAuthentication, 'byWindow' | 'channel'>,
): Html {
  return html`<ol class="timeline">
    ${steps.map(
      (step) =>
        html`<li>
          <p><strong>${stepWords(words, step, one)}</strong></p>
          <p class="hint">${step.at === null ? words.timeUnknown : dateSecond(step.at, locale)}</p>
        </li>`,
    )}
  </ol>`;
}

function stepWords(
  { steps }: TimelineWords,
  step: TimelineStep,
  one: Pick<LoggedAuthentication, 'byWindow' | 'channel'>,
): string {
  switch (step.kind) {
    case 'started':
      return one.byWindow ? steps.startedByWindow : steps.startedByServer;
    case 'sent':
      return one.channel === 'sms' ? steps.sentText : steps.sentPush;
    case 'resent':
      return steps.resent(step.count);
    case 'opened':
      return one.channel === 'sign' ? steps.openedToSign : steps.opened;
    case 'wrong_codes':
      return steps.wrongCodes(step.count);
    case 'ended':
      return steps.ended[step.state];
  }
}
