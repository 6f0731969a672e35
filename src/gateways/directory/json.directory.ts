import type { Handset } from '../../domain/line.ts';
import { parseMsisdn } from '../../domain/phone-number.ts';
import { CarrierCall, isObject, type CarrierToken, type Json } from './carrier-call.ts';
import { CarrierDirectory, type DirectoryLine } from './carrier-directory.ts';
import { BIRTH_DATE, choiceIn, FACT_VALUES, GENDER_DIGIT, textIn } from './fact-forms.ts';

export interface JsonDirectoryOptions {
  /** Base of the carrier's own interface; the service calls `POST {url}/lines/lookup`. */
  url: string;
  /** Bearer token (RFC 6750), or what returns it for each request; without one, no `Authorization` is sent. */
  token?: CarrierToken;
  /** Milliseconds for a whole answer, headers and body. */
  deadlineMs?: number;
}

/** RFC 3339 with an offset, to the second or finer. */
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/;

/**
 * The lines of a carrier that serves one plain JSON call, described in `src/developers/guide/carrier.md`. The number goes
 * in the body, because addresses stand in the access logs of every proxy between the two. Members that are not named there
 * are ignored.
 */
export class JsonDirectory extends CarrierDirectory {
  readonly #lookup: URL;
  readonly #carrier: CarrierCall;

  /** Throws if `url` is not a URL. */
  constructor({ url, token, deadlineMs }: JsonDirectoryOptions) {
    super();
    this.#lookup = new URL(`${url.replace(/\/+$/, '')}/lines/lookup`);
    this.#carrier = new CarrierCall({
      span: 'lines/lookup',
      system: "The carrier's line directory",
      token,
      deadlineMs,
    });
  }

  async byPhoneNumber(phoneNumber: string): Promise<DirectoryLine | null> {
    const line = await this.#carrier.send(this.#lookup, { phoneNumber });
    if (line === undefined) return null;
    if (!isObject(line)) throw this.#carrier.unavailable('answered with JSON that is not a line');
    // Another number means that the carrier looked for something else; it says nothing about the requested one.
    const told = line['phoneNumber'];
    if (typeof told !== 'string' || parseMsisdn(told) !== phoneNumber)
      throw this.#carrier.unavailable('answered with a line of a different number');
    const status = choiceIn(line['status'], FACT_VALUES.status) ?? this.#unreadable('status');
    return status === 'terminated' ? null : { ...this.#factsOf(line), phoneNumber, status };
  }

  #factsOf(line: Json): Omit<DirectoryLine, 'phoneNumber' | 'status'> {
    const [owner, handset] = [this.#group(line, 'owner'), this.#group(line, 'handset')];
    const simChangedAt = this.#instant(line, 'simChangedAt');
    return {
      lineId: textIn(line['lineId']) ?? this.#unreadable('lineId'),
      carrier: textIn(line['carrier']) ?? this.#unreadable('carrier'),
      holder: choiceIn(line['holder'], FACT_VALUES.holder) ?? this.#unreadable('holder'),
      owner: {
        birthDate: textIn(owner['birthDate'], BIRTH_DATE) ?? this.#unreadable('owner.birthDate'),
        genderDigit: textIn(owner['genderDigit'], GENDER_DIGIT) ?? this.#unreadable('owner.genderDigit'),
      },
      plan: choiceIn(line['plan'], FACT_VALUES.plan) ?? this.#unreadable('plan'),
      handset: this.#handsetOf(handset),
      ...(simChangedAt && { simChangedAt }),
    };
  }

  #handsetOf(handset: Json): Handset {
    const model = handset['model'] ?? undefined;
    return {
      os: textIn(handset['os']) ?? this.#unreadable('handset.os'),
      osVersion: textIn(handset['osVersion']) ?? this.#unreadable('handset.osVersion'),
      formFactor:
        choiceIn(handset['formFactor'], FACT_VALUES.handsetFormFactor) ?? this.#unreadable('handset.formFactor'),
      ...(model !== undefined && { model: textIn(model) ?? this.#unreadable('handset.model') }),
    };
  }

  #group(line: Json, name: string): Json {
    const group = line[name];
    return isObject(group) ? group : this.#unreadable(name);
  }

  /** An optional instant; undefined where it is left out or null. */
  #instant(line: Json, name: string): Date | undefined {
    const written = line[name] ?? undefined;
    if (written === undefined) return undefined;
    const at = new Date(textIn(written, INSTANT) ?? Number.NaN);
    return Number.isNaN(at.getTime()) ? this.#unreadable(name) : at;
  }

  #unreadable(name: string): never {
    throw this.#carrier.unavailable(`answered with a line without a valid ${name}`);
  }
}
