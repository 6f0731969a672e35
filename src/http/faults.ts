import { Problem, type InputFault } from '../domain/problem.ts';

/** The JSON pointer (RFC 6901) of a member, or of an entry of a list, below the place that `path` names. */
export function pointerBelow(path: string, name: string | number): string {
  return `${path}/${String(name).replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

/** The problem of a body as a whole, or of one place in it. */
export function badBody(detail: string, fault: InputFault = { pointer: '', detail }): Problem {
  return new Problem('invalid_request', detail, { errors: [fault] });
}

/** The problem of a parameter, of the address or of a form, or of a header. */
export function badParameter(name: string, detail: string): Problem {
  return badBody(detail, { pointer: pointerBelow('', name), detail });
}
