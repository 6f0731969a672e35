import { ValidationPipe, type Type } from '@nestjs/common';
import { Problem } from '../domain/problem.ts';
import { faultsOf, FOR_SENTENCES, missing } from './input.pipe.ts';
import { withoutNamesOfObjects } from './names-of-objects.ts';

/**
 * Reads the parameters of an OAuth endpoint into `shape`. An unknown parameter is ignored, and one without a value
 * counts as left out (RFC 6749, 3.2). Problems: `invalid_request`.
 */
export function oauthPipe(shape: Type): ValidationPipe {
  return new ParametersPipe({
    expectedType: shape,
    whitelist: true,
    transform: true,
    validationError: FOR_SENTENCES,
    exceptionFactory: (errors) => {
      const faults = faultsOf(errors, '');
      const names = [...new Set(faults.map(({ pointer }) => pointer.slice(1)))].join(', ');
      const isMissing = faults.every(({ pointer, detail }) => detail === missing(pointer.slice(1)));
      const sentence = isMissing ? missing(names) : `Correct these parameters: ${names}.`;
      return new Problem('invalid_request', sentence, { errors: faults });
    },
  });
}

class ParametersPipe extends ValidationPipe {
  override transform(...[body, metadata]: Parameters<ValidationPipe['transform']>): Promise<unknown> {
    const given = Object.entries((body ?? {}) as Record<string, unknown>).filter(([, value]) => value !== '');
    return super.transform(withoutNamesOfObjects(Object.fromEntries(given)), metadata);
  }
}
