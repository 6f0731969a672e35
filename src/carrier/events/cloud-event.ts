import { LONGEST_LINE_ID } from '../../domain/line.ts';
import type { InputFault } from '../../domain/problem.ts';
import type { LineEvent } from '../../domain/line-event.ts';
import { existsInCalendar } from '../../http/instant.ts';
import { readJson } from '../../http/read-json.ts';
import { PLAIN_TEXT } from '../../http/plain-text.ts';
import { headerText } from '../../http/utf8.ts';
import { parseMsisdn } from '../../domain/phone-number.ts';
import { isLineId } from '../line-id.ts';
import {
  HandsetInput,
  handsetOf,
  NoData,
  NumberChangedData,
  OwnerChangedData,
  ownerOf,
  PlanChangedData,
  PortedOutData,
  readAs,
  SimSwapData,
} from '../carrier.dto.ts';

/** A parsed event of a carrier. */
export interface CarrierEvent {
  source: string;
  id: string;
  type: string;
  /** The service's own event types name the line id, CAMARA's the phone number or the line id. */
  line: { lineId: string } | { phoneNumber: string };
  /** Increases per line; null for an event without one (CAMARA). */
  sequence: bigint | null;
  time: Date;
  event: LineEvent;
}

/** A notification of CAMARA about a subscription to its events; it concerns no line. */
export type LifecycleEvent = Pick<CarrierEvent, 'source' | 'id' | 'type' | 'time'>;

/** The parsed event or its faults, with source and id when those could be read. */
export type ReadEvent =
  { event: CarrierEvent } | { lifecycle: LifecycleEvent } | { faults: InputFault[]; source?: string; id?: string };

const PREFIX = 'pushguard.line.v1.';
const SIM_SWAPPED = 'org.camaraproject.sim-swap-subscriptions.v0.swapped';
/** What CAMARA's notifications say of a subscription to events, and not of a line (Commonalities, event guide). */
const LIFECYCLE = /^org\.camaraproject\.[\w-]+\.v\d+\.subscription-(?:started|updated|ended)$/;
/** RFC 3339, with a fraction of seconds of any length. */
const TIME = /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/;
const LONGEST_ATTRIBUTE = 256;

/** Parses one CloudEvent 1.0 in its JSON form. */
export function readCloudEvent(document: unknown): ReadEvent {
  if (typeof document !== 'object' || document === null || Array.isArray(document)) {
    return { faults: [{ pointer: '', detail: 'An event must be a JSON object.' }] };
  }
  const attributes = document as Record<string, unknown>;
  const faults: InputFault[] = [];
  const [source, id, type] = (['source', 'id', 'type'] as const).map((name) => {
    const value = attributes[name];
    if (isAttribute(value)) return value;
    faults.push({
      pointer: `/${name}`,
      detail: `Send ${name} as one line of text with 1 to ${LONGEST_ATTRIBUTE} characters.`,
    });
    return undefined;
  });
  const known = { ...(source !== undefined && { source }), ...(id !== undefined && { id }) };
  if (attributes['specversion'] !== '1.0') faults.push({ pointer: '/specversion', detail: 'Send specversion "1.0".' });
  const time = readTime(attributes['time']);
  if (!time) faults.push({ pointer: '/time', detail: 'Send the time of the event as an RFC 3339 date and time.' });
  const isLifecycle = type !== undefined && LIFECYCLE.test(type);
  if (isLifecycle && faults.length === 0 && source && id && time) return { lifecycle: { source, id, type, time } };
  if (isLifecycle) return { faults, ...known };
  const data = dataOf(attributes);
  if ('faults' in data) return { faults: [...faults, ...data.faults], ...known };
  const content = readContent(type, { ...attributes, ...data });
  if ('faults' in content) faults.push(...content.faults);
  if (faults.length > 0 || 'faults' in content) return { faults, ...known };
  if (!source || !id || !type || !time) return { faults, ...known };
  return { event: { source, id, type, time, ...content } };
}

type Content = Pick<CarrierEvent, 'line' | 'sequence' | 'event'>;

function readContent(
  type: string | undefined,
  { data, subject, sequence }: Record<string, unknown>,
): Content | { faults: InputFault[] } {
  if (type === SIM_SWAPPED) return readSimSwap({ data, subject, sequence });
  const faults: InputFault[] = [];
  const lineId = isLineId(subject) ? subject : '';
  if (lineId === '')
    faults.push({ pointer: '/subject', detail: `Send the id of the line, of 1 to ${LONGEST_LINE_ID} characters.` });
  const number = readSequence(sequence);
  if (number === null) faults.push(NO_SEQUENCE);
  const event = readLineEvent(type?.startsWith(PREFIX) ? type.slice(PREFIX.length) : '', data);
  if ('faults' in event) return { faults: [...faults, ...event.faults] };
  if (faults.length > 0) return { faults };
  return { line: { lineId }, sequence: number, event };
}

const NO_SEQUENCE: InputFault = {
  pointer: '/sequence',
  detail: 'Send a non-negative integer that increases with each event of the line.',
};

/**
 * CAMARA's event names the number in its data, and its senders may use `subject` and `sequence` for something else: so the
 * number counts alone. Without one, the event follows the rules of the feed, except that it may come without a sequence.
 */
function readSimSwap({ data, subject, sequence }: Record<string, unknown>): Content | { faults: InputFault[] } {
  const event = { kind: 'sim-swapped' } as const;
  const hasNumber = (data as { phoneNumber?: unknown } | null | undefined)?.phoneNumber !== undefined;
  if (hasNumber || !isLineId(subject)) {
    const read = readAs(SimSwapData, data, true);
    if ('faults' in read) return { faults: inData(read.faults) };
    return { line: { phoneNumber: parseMsisdn(read.value.phoneNumber) ?? '' }, sequence: null, event };
  }
  const read = readAs(NoData, data ?? {}, true);
  if ('faults' in read) return { faults: inData(read.faults) };
  const number = sequence === undefined ? null : readSequence(sequence);
  if (sequence !== undefined && number === null) return { faults: [NO_SEQUENCE] };
  return { line: { lineId: subject }, sequence: number, event };
}

/** The table of the contract, "Carrier feed". */
function readLineEvent(kind: string, data: unknown): LineEvent | { faults: InputFault[] } {
  const as = <T extends object>(
    type: new () => T,
    event: (value: T) => LineEvent,
  ): ReturnType<typeof readLineEvent> => {
    const read = readAs(type, data ?? {});
    return 'faults' in read ? { faults: inData(read.faults) } : event(read.value);
  };
  switch (kind) {
    case 'ported-out':
      return as(PortedOutData, ({ newCarrier }) => ({ kind, newCarrier: newCarrier.trim() }));
    case 'owner-changed':
      return as(OwnerChangedData, ({ owner }) => ({ kind, owner: ownerOf(owner) }));
    case 'device-changed':
      return as(HandsetInput, (handset) => ({ kind, handset: handsetOf(handset) }));
    case 'plan-changed':
      return as(PlanChangedData, ({ plan }) => ({ kind, plan }));
    case 'number-changed':
      return as(NumberChangedData, ({ phoneNumber }) => ({ kind, phoneNumber: parseMsisdn(phoneNumber) ?? '' }));
    case 'terminated':
    case 'suspended':
    case 'resumed':
    case 'sim-swapped':
      return as(NoData, () => ({ kind }));
    default:
      return {
        faults: [
          {
            pointer: '/type',
            detail:
              'This event type is not supported. See POST /carrier/v1/events in /openapi.json for the supported types.',
          },
        ],
      };
  }
}

function inData(faults: InputFault[]): InputFault[] {
  return faults.map(({ pointer, detail }) => ({ pointer: `/data${pointer}`, detail }));
}

/** Whether the value is one line of text that can be stored and shown. */
function isAttribute(value: unknown): value is string {
  return typeof value === 'string' && value.length <= LONGEST_ATTRIBUTE && PLAIN_TEXT.test(value);
}

function readTime(value: unknown): Date | null {
  if (typeof value !== 'string' || !TIME.test(value) || !existsInCalendar(value)) return null;
  return new Date(value.toUpperCase());
}

/** The largest sequence: a signed integer of 64 bits. */
const LARGEST_SEQUENCE = 2n ** 63n - 1n;

/**
 * A sequence as an integer, or as text of digits, because a header can hold only text. The text may begin with zeros,
 * which CloudEvents recommends so that sequences sort as text. Numbers from 2^53 on arrive as text, with all their digits
 * (`keepingSequences`): one that does not has lost some.
 */
function readSequence(value: unknown): bigint | null {
  if (typeof value === 'number') return Number.isSafeInteger(value) && value >= 0 ? BigInt(value) : null;
  if (typeof value !== 'string' || !/^\d{1,32}$/.test(value)) return null;
  const number = BigInt(value);
  return number <= LARGEST_SEQUENCE ? number : null;
}

/** The data of an event, which `data_base64` may hold as the bytes of a JSON document (JSON format, 3.1). */
function dataOf({ data, data_base64: encoded }: Record<string, unknown>): { data: unknown } | { faults: InputFault[] } {
  if (encoded === undefined || encoded === null) return { data };
  const fault = (detail: string) => ({ faults: [{ pointer: '/data_base64', detail }] });
  if (data !== undefined) return fault('Send either data or data_base64.');
  if (typeof encoded !== 'string' || !BASE64.test(encoded)) return fault('Send data_base64 as Base64.');
  try {
    return { data: readJson(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(encoded, 'base64'))) };
  } catch {
    return fault('The bytes must be a JSON object in UTF-8, without a duplicate key.');
  }
}

/** RFC 4648, section 4, with its padding. */
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/**
 * Reads binary mode: the attributes are percent-encoded `ce-` headers, which may be quoted, and the body is the data (HTTP
 * binding, 3.1).
 */
export function fromHeaders(headers: Record<string, unknown>, data: unknown): Record<string, unknown> {
  // A value that is no UTF-8 is left out: the rules of the attribute then refuse the event where it is needed.
  const attributes = Object.entries(headers).flatMap(([name, value]) =>
    name.startsWith('ce-') && typeof value === 'string' ? [[name.slice(3), headerText(unquoted(value))] as const] : [],
  );
  return {
    ...Object.fromEntries(attributes.filter(([, value]) => value !== null)),
    ...(data !== undefined && { data }),
  };
}

/** The text of a quoted string (RFC 9110, 5.6.4); any other value as it is. */
function unquoted(value: string): string {
  const quoted = /^"((?:[^"\\]|\\.)*)"$/.exec(value)?.[1];
  return quoted === undefined ? value : quoted.replace(/\\(.)/g, '$1');
}
