import { ProblemError } from '../../phone/problem-error.ts';
import { badge, button, screen, type Display } from './display.ts';
import { codeOf, faultOf, isUnregistered } from './fault.ts';
import { words } from '../words/words.ts';

/** Where a screen leads to when it ends. */
export interface Leave {
  home: () => void;
  unregistered: () => void;
  enrolAgain: () => void;
  /** Enters a new enrolment code while the phone keeps its keys, because the person forgot the PIN. */
  withCode: () => void;
  /** Who gives such a code. */
  codeFrom: 'service' | 'institution';
}

/** After a refused PIN: asks again while attempts are left, and otherwise says what to do. */
export function afterRefusedPin(
  display: Display,
  error: unknown,
  { again, leave }: { again: (fault: string) => void; leave: Leave },
): void {
  if (error instanceof ProblemError && error.code === 'pin_mismatch') again(words.pinWrong(error.attemptsLeft ?? 0));
  else if (codeOf(error) === 'pin_locked') showLocked(display, words.locked, leave);
  else if (codeOf(error) === 'pin_exhausted') showLocked(display, words.exhausted, leave);
  else if (isUnregistered(error)) leave.unregistered();
  else again(faultOf(error));
}

function showLocked(display: Display, text: { title: string; text: string }, leave: Leave): void {
  display.show(() =>
    screen(
      { ...text, kind: 'ended failed' },
      badge(),
      button(words.done, leave.home),
      button(words.again, leave.enrolAgain, 'secondary'),
    ),
  );
}
