import { plainToInstance, Type } from 'class-transformer';
import {
  IsIn,
  IsObject,
  IsOptional,
  IsString,
  Length,
  Matches,
  ValidateBy,
  ValidateNested,
  validateSync,
  type ValidationOptions,
} from 'class-validator';
import type { FormFactor, Handset, Holder, LineFacts, LineStatus, Plan } from '../domain/line.ts';
import { parsePerson, seoulDay } from '../domain/person.ts';
import { parsePhoneNumber } from '../domain/phone-number.ts';
import type { InputFault } from '../domain/problem.ts';
import { faultsOf } from '../http/input.pipe.ts';
import { PLAIN_TEXT } from '../http/plain-text.ts';

/** The longest id of a line that is kept. */
const LINE_ID = 64;

function IsMobileNumber(options?: ValidationOptions): PropertyDecorator {
  const validate = (value: unknown) => typeof value === 'string' && parsePhoneNumber(value) !== null;
  const sentence = () => 'phoneNumber must be a Korean mobile number, such as 010-1234-5678, or E.164';
  return ValidateBy({ name: 'isMobileNumber', validator: { validate, defaultMessage: sentence } }, options);
}

/** A day that is in the calendar and in the past, by the century that the digit tells. */
function IsPerson(): PropertyDecorator {
  const validate = (_: unknown, on?: { object: object }) => {
    const { birthDate, genderDigit } = on?.object as OwnerInput;
    return parsePerson({ birthDate, genderDigit, today: seoulDay(new Date()) }) !== null;
  };
  const sentence = () =>
    'birthDate must be a valid date (YYMMDD), not in the future, in the century given by genderDigit';
  return ValidateBy({ name: 'isPerson', validator: { validate, defaultMessage: sentence } });
}

export class OwnerInput {
  /** YYMMDD */
  @Matches(/^\d{6}$/, { message: 'birthDate must be six digits in the form YYMMDD' })
  @IsPerson()
  birthDate: string;

  @Matches(/^\d$/, { message: 'genderDigit must be one digit' })
  genderDigit: string;
}

export class HandsetInput {
  @IsString()
  @Length(1, 40)
  @Matches(PLAIN_TEXT)
  os: string;

  @IsString()
  @Length(1, 40)
  @Matches(PLAIN_TEXT)
  osVersion: string;

  @IsIn(['phone', 'tablet'])
  formFactor: FormFactor;

  @IsOptional()
  @IsString()
  @Length(1, 80)
  @Matches(PLAIN_TEXT)
  model?: string;
}

/** What a carrier knows of a line, but for its id. */
class LineFactsInput {
  @IsMobileNumber()
  phoneNumber: string;

  @IsString()
  @Length(1, 40)
  @Matches(PLAIN_TEXT)
  carrier: string;

  @IsIn(['active', 'suspended', 'terminated'])
  status: LineStatus;

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

/** A line whose id is in the address. */
export class LineInput extends LineFactsInput {
  /** When it is given, it must be the one in the address. */
  @IsOptional()
  @IsString()
  @Length(1, LINE_ID)
  lineId?: string;
}

/** A line of a snapshot, which names itself. */
export class SnapshotLine extends LineFactsInput {
  @IsString()
  @Length(1, LINE_ID)
  @Matches(PLAIN_TEXT)
  lineId: string;
}

export class PortedOutData {
  @IsString()
  @Length(1, 40)
  @Matches(PLAIN_TEXT)
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
  @IsMobileNumber()
  phoneNumber: string;
}

/** Nothing more is to be said. */
export class NoData {
  declare readonly nothing?: never;
}

/** CAMARA sim-swap-subscriptions 0.3.0; what else it may come to carry is not ours to refuse. */
export class SimSwapData {
  @IsMobileNumber()
  phoneNumber: string;
}

export type Read<T> = { value: T } | { faults: InputFault[] };

/** Holds a document against its class, as the input pipe does with bodies. */
export function readAs<T extends object>(type: new () => T, value: unknown, allowUnknown = false): Read<T> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { faults: [{ pointer: '', detail: 'The value must be a JSON object.' }] };
  }
  const instance = plainToInstance(type, value);
  const errors = validateSync(instance, {
    whitelist: true,
    forbidNonWhitelisted: !allowUnknown,
    validationError: { target: false, value: false },
    // A type without fields knows of no rule, and any object would do.
    forbidUnknownValues: false,
  });
  return errors.length > 0 ? { faults: faultsOf(errors, '') } : { value: instance };
}

/** The facts that an input amounts to, its number in E.164. */
export function factsOf(lineId: string, line: LineFactsInput): LineFacts {
  const { phoneNumber, carrier, status, holder, owner, plan, handset } = line;
  return {
    lineId,
    phoneNumber: parsePhoneNumber(phoneNumber) ?? phoneNumber,
    carrier,
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
  return { os, osVersion, formFactor, ...(model !== undefined && { model }) };
}
