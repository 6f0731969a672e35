import { PIN_WRONG_IN_ALL } from '../domain/device.ts';
import type { ClosedDoor } from './closed-door.ts';
import { isUuid } from '../domain/uuid.ts';

/** One line of the journal. */
export interface JournalLine {
  /** When the process heard of it, RFC 3339. */
  at: string;
  installation: string;
  /** How often the database had been restored before. */
  epoch: number;
  /** The process that wrote it; undefined in lines of releases that did not name theirs. */
  writer?: string | undefined;
  /** The mark of the batch; null while the database did not answer, so that none could be taken. */
  mark: number | null;
  closed: ClosedDoor;
}

/** Days after its last line for which the database remembers the mark of a process. */
export const WRITER_DAYS = 365;

/** What a database knows of the marks of a journal. */
export interface KnownMarks {
  value: number;
  /** The last mark of each process. */
  writers: ReadonlyMap<string, number>;
}

/** Whether a database has the door of a line, judged by the mark of its batch. */
export function isKnown({ at, writer, mark }: JournalLine, { value, writers }: KnownMarks): boolean {
  if (mark === null) return false;
  if (writer === undefined) return mark <= value;
  const last = writers.get(writer);
  if (last !== undefined) return mark <= last;
  return mark <= value && Date.parse(at) < Date.now() - WRITER_DAYS * 86_400_000;
}

/** The longest line that can be one of the journal. */
const LONGEST = 1_000;

const isNumber = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;
const isText = (value: unknown, form: RegExp): boolean => typeof value === 'string' && form.test(value);
const areTexts = (value: unknown): boolean => Array.isArray(value) && value.every((one) => typeof one === 'string');

/** For each door, whether a line has its members. */
const MEMBERS: Readonly<Record<ClosedDoor['door'], (line: Record<string, unknown>) => boolean>> = {
  device_revoked: () => true,
  pin_locked: ({ wrong }) => isNumber(wrong) && wrong <= PIN_WRONG_IN_ALL,
  subscription: ({ link, state, suspensions, reason }) =>
    isNumber(link) &&
    typeof state === 'string' &&
    areTexts(suspensions) &&
    (reason === null || typeof reason === 'string'),
  registration_revoked: () => true,
  code_spent: () => true,
  otp_step_used: ({ step }) => isNumber(step),
  operator_disabled: () => true,
  client_disabled: () => true,
  client_secret_ended: ({ digest, until }) => isText(digest, /^[\da-f]{64}$/) && isNumber(until),
  client_key_ended: ({ thumbprint }) => isText(thumbprint, /^[\w-]{43}$/),
  sink_token_revoked: () => true,
  console_member_ended: () => true,
  console_invitation_closed: () => true,
  operator_step_used: ({ step }) => isNumber(step),
};

/** Writes one line, with its line break. */
export function writeJournalLine({ at, installation, epoch, writer, mark, closed }: JournalLine): string {
  return `${JSON.stringify({ v: 1, at, installation, epoch, writer, mark, ...closed })}\n`;
}

/** Reads one line; undefined for a torn line, and for a line of another program in the same stream. */
export function readJournalLine(text: string): JournalLine | undefined {
  // A collector may have put something in front of the line.
  const start = text.indexOf('{"v":1,');
  if (start < 0 || text.length - start > LONGEST) return undefined;
  let line: unknown;
  try {
    line = JSON.parse(text.slice(start));
  } catch {
    return undefined;
  }
  const { v: _version, at, installation, epoch, writer, mark, ...closed } = line as Record<string, unknown>;
  const { door, id } = closed;
  const isWhole =
    typeof at === 'string' &&
    !Number.isNaN(Date.parse(at)) &&
    typeof installation === 'string' &&
    isNumber(epoch) &&
    (writer === undefined || (typeof writer === 'string' && isUuid(writer))) &&
    (mark === null || isNumber(mark)) &&
    typeof id === 'string' &&
    isUuid(id) &&
    typeof door === 'string' &&
    Object.hasOwn(MEMBERS, door) &&
    MEMBERS[door as ClosedDoor['door']](closed);
  return isWhole ? { at, installation, epoch, writer, mark, closed: closed as unknown as ClosedDoor } : undefined;
}
