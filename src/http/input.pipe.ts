import { ValidationPipe, type ValidationError } from '@nestjs/common';
import { Problem, type InputFault } from '../domain/problem.ts';
import { pointerBelow } from './faults.ts';
import { namesOfObjects, withoutNamesOfObjects } from './names-of-objects.ts';
import { sentencesOf } from './rule-sentences.ts';

/** Validates every input against its class and names each fault by pointer. The answer never quotes the input. */
export function inputPipe(): ValidationPipe {
  return new InputPipe({
    whitelist: true,
    forbidNonWhitelisted: true,
    transform: true,
    validationError: FOR_SENTENCES,
    exceptionFactory: (errors) => refusal(faultsOf(errors, '')),
  });
}

/** What the sentences about a fault need of it: the object, whose class has the rules, and whether a member was left out. */
export const FOR_SENTENCES = { target: true, value: true };

class InputPipe extends ValidationPipe {
  override async transform(...[value, metadata]: Parameters<ValidationPipe['transform']>): Promise<unknown> {
    if (!this.toValidate(metadata)) return super.transform(value, metadata) as Promise<unknown>;
    const faults = namesOfObjects(value, metadata.metatype).slice(0, MOST_FAULTS);
    if (faults.length > 0) throw refusal(faults);
    return super.transform(withoutNamesOfObjects(value), metadata) as Promise<unknown>;
  }
}

function refusal(errors: InputFault[]): Problem {
  return new Problem('invalid_request', 'Correct the fields listed in errors, then send the request again.', {
    errors,
  });
}

/** Faults that one answer names. A body can have thousands of unknown members, and the answer would be many times larger. */
export const MOST_FAULTS = 20;

/** The first faults of validation errors, each with a JSON pointer (RFC 6901) below `path`. */
export function faultsOf(errors: ValidationError[], path: string): InputFault[] {
  return allFaults(errors, path).slice(0, MOST_FAULTS);
}

function allFaults(errors: ValidationError[], path: string): InputFault[] {
  return errors.flatMap((error) => {
    const { property, constraints, children = [] } = error;
    const value: unknown = error.value;
    const pointer = pointerBelow(path, property);
    // The rules of a value, such as its length, say nothing of one that was left out.
    if (value === undefined && constraints) return [{ pointer, detail: missing(property) }];
    const { sentences, isOfForm } = sentencesOf(error);
    return [...sentences.map((detail) => ({ pointer, detail })), ...(isOfForm ? allFaults(children, pointer) : [])];
  });
}

/** The fault of a required member that was left out. */
export function missing(name: string): string {
  return `Send ${name}.`;
}
