import { plainToInstance, Type } from 'class-transformer';
import { IsIn, IsObject, IsString, Length, Matches, ValidateNested, validateSync } from 'class-validator';
import {
  LONGEST_LINE_ID,
  type FormFactor,
  type Handset,
  type Holder,
  type LineFacts,
  type LineStatus,
  type Plan,
} from '../domain/line.ts';
import { parseMsisdn } from '../domain/phone-number.ts';
import type { InputFault } from '../domain/problem.ts';
import { faultsOf, FOR_SENTENCES, MOST_FAULTS } from '../http/input.pipe.ts';
import { namesOfObjects, withoutNamesOfObjects } from '../http/names-of-objects.ts';
import { Optional } from '../http/optional.ts';
import { IsBirthDate, IsMobileNumber, ONE_DIGIT, SIX_DIGITS_OF_DATE } from '../http/person-rules.ts';
import { ONE_LINE, ONE_SHOWN_LINE, PLAIN_TEXT } from '../http/plain-text.ts';

/** One line of text that is not blank; outer blanks do not count. PostgreSQL stores no lone surrogate (`Cs`). */
const NAME = /^(?!\s*$)[^\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]+$/u;

export class OwnerInput {
  /** The date of birth, YYMMDD. Not in the future. */
  @Matches(/^\d{6}$/, SIX_DIGITS_OF_DATE)
  @IsBirthDate()
  birthDate: string;

  /** The seventh digit of the resident registration number. */
  @Matches(/^\d$/, ONE_DIGIT)
  genderDigit: string;
}

export class HandsetInput {
  /** `android`, `ios` or any other name; compared without case and outer blanks. */
  @IsString()
  @Length(1, 40)
  @Matches(NAME, ONE_SHOWN_LINE)
  os: string;

  /** Numbers separated by dots, such as `17.4.1`. */
  @IsString()
  @Length(1, 40)
  @Matches(NAME, ONE_SHOWN_LINE)
  osVersion: string;

  @IsIn(['phone', 'tablet'])
  formFactor: FormFactor;

  /** Compared without case and outer blanks. */
  @Optional()
  @IsString()
  @Length(1, 80)
  @Matches(NAME, ONE_SHOWN_LINE)
  model?: string;
}

/** The facts that a carrier knows about a line, without its id. */
class LineFactsInput {
  /** A Korean mobile number with or without hyphens, or E.164. */
  @IsMobileNumber(parseMsisdn)
  phoneNumber: string;

  /** The carrier's name; compared without case and outer blanks. */
  @IsString()
  @Length(1, 40)
  @Matches(NAME, ONE_SHOWN_LINE)
  carrier: string;

  @IsIn(['active', 'suspended', 'terminated'])
  status: LineStatus;

  /** `self` for a contract in the subscriber's own name, `corporate` for a company's, `other_party` for another person's. */
  @IsIn(['self', 'corporate', 'other_party'])
  holder: Holder;

  @IsObject()
  @ValidateNested()
  @Type(() => OwnerInput)
  owner: OwnerInput;

  @IsIn(['postpaid', 'prepaid', 'm2m'])
  plan: Plan;

  @IsObject()
  @ValidateNested()
  @Type(() => HandsetInput)
  handset: HandsetInput;
}

/** The facts of the line whose id is in the address. */
export class LineInput extends LineFactsInput {
  /** Optional; must equal the line id in the address. */
  @Optional()
  @IsString()
  @Length(1, LONGEST_LINE_ID)
  lineId?: string;
}

/** A line of a snapshot, with its id. */
export class SnapshotLine extends LineFactsInput {
  @IsString()
  @Length(1, LONGEST_LINE_ID)
  @Matches(PLAIN_TEXT, ONE_LINE)
  lineId: string;
}

export class PortedOutData {
  @IsString()
  @Length(1, 40)
  @Matches(NAME, ONE_SHOWN_LINE)
  newCarrier: string;
}

export class OwnerChangedData {
  @IsObject()
  @ValidateNested()
  @Type(() => OwnerInput)
  owner: OwnerInput;
}

export class PlanChangedData {
  @IsIn(['postpaid', 'prepaid', 'm2m'])
  plan: Plan;
}

export class NumberChangedData {
  @IsMobileNumber(parseMsisdn)
  phoneNumber: string;
}

/** The data of an event that has none. */
export class NoData {
  declare readonly nothing?: never;
}

/** CAMARA sim-swap-subscriptions 0.3.0. Unknown members are accepted, because later versions may add some. */
export class SimSwapData {
  @IsMobileNumber(parseMsisdn)
  phoneNumber: string;
}

export type Read<T> = { value: T } | { faults: InputFault[] };

/** Validates a document against its class, as the input pipe does with bodies. */
export function readAs<T extends object>(type: new () => T, value: unknown, allowUnknown = false): Read<T> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { faults: [{ pointer: '', detail: 'The value must be a JSON object.' }] };
  }
  const names = allowUnknown ? [] : namesOfObjects(value, type).slice(0, MOST_FAULTS);
  if (names.length > 0) return { faults: names };
  const instance = plainToInstance(type, withoutNamesOfObjects(value));
  const errors = validateSync(instance, {
    whitelist: true,
    validationError: FOR_SENTENCES,
    forbidNonWhitelisted: !allowUnknown,
    // A class without fields has no rules; without this every object would be refused.
    forbidUnknownValues: false,
  });
  return errors.length > 0 ? { faults: faultsOf(errors, '') } : { value: instance };
}

/** The facts of a validated input, with the number in E.164. */
export function factsOf(lineId: string, line: LineFactsInput): LineFacts {
  const { phoneNumber, carrier, status, holder, owner, plan, handset } = line;
  return {
    lineId,
    phoneNumber: parseMsisdn(phoneNumber) ?? phoneNumber,
    carrier: carrier.trim(),
    status,
    holder,
    owner: ownerOf(owner),
    plan,
    handset: handsetOf(handset),
  };
}

export function ownerOf({ birthDate, genderDigit }: OwnerInput): LineFacts['owner'] {
  return { birthDate, genderDigit };
}

export function handsetOf({ os, osVersion, formFactor, model }: HandsetInput): Handset {
  return {
    os: os.trim(),
    osVersion: osVersion.trim(),
    formFactor,
    ...(model !== undefined && { model: model.trim() }),
  };
}
