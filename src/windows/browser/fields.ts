import { codeIn, compactText } from '../../domain/typed-text.ts';
import { byId, digitsOf } from '../../pages/browser/element.ts';
import { readPastedCode, splitResident } from '../../pages/browser/typed-fields.ts';
import { words } from './words/words.ts';

export const FIELDS = ['birthDate', 'genderDigit', 'phoneNumber', 'code'] as const;
export type Field = (typeof FIELDS)[number];

const PATTERNS: Record<Field, RegExp> = {
  birthDate: /^\d{6}$/,
  genderDigit: /^\d$/,
  // Only catches what cannot be a number; the service validates it.
  phoneNumber: /^\+?\d{7,16}$/,
  code: /^\d{6}$/,
};

export function input(field: Field): HTMLInputElement {
  return byId(field, HTMLInputElement);
}

/** The typed value in the form that the service expects. */
export function valueOf(field: Field): string {
  const { value } = input(field);
  if (field === 'phoneNumber') return compactText(value);
  return digitsOf(field === 'code' ? codeIn(value) : compactText(value));
}

/** Shows the fault of a field; null removes it. */
export function showFault(field: Field, fault: string | null): void {
  byId(`${field}-fault`, HTMLElement).textContent = fault ?? '';
  if (fault === null) input(field).removeAttribute('aria-invalid');
  else input(field).setAttribute('aria-invalid', 'true');
}

/** Shows the fault of every invalid field, and focuses the first one. */
export function check(fields: readonly Field[]): boolean {
  const wrong = fields.filter((field) => !PATTERNS[field].test(valueOf(field)));
  for (const field of fields) showFault(field, wrong.includes(field) ? words[field] : null);
  if (wrong[0]) input(wrong[0]).focus();
  return wrong.length === 0;
}

/** Shows faults at the fields that the service named; returns false when it named none. */
export function showFaults(errors: readonly { pointer: string }[]): boolean {
  const wrong = FIELDS.filter((field) => errors.some(({ pointer }) => pointer === `/${field}`));
  for (const field of wrong) showFault(field, words[field]);
  if (wrong[0]) input(wrong[0]).focus();
  return wrong.length > 0;
}

/**
 * Restricts fields to digits while the person types, and moves the focus from the sixth digit to the seventh. What is
 * pasted is read first: a text message for its code, a resident number for its first seven digits.
 */
export function guideTyping(): void {
  readPastedCode(input('code'));
  splitResident(input('birthDate'), input('genderDigit'));
  for (const field of ['birthDate', 'genderDigit', 'code'] as const) {
    input(field).addEventListener('input', () => {
      const digits = valueOf(field);
      if (digits !== input(field).value) input(field).value = digits;
      if (digits.length > 0) showFault(field, null);
      const isNext = field === 'birthDate' && digits.length === 6 && valueOf('genderDigit') === '';
      if (isNext) input('genderDigit').focus();
    });
  }
  input('genderDigit').addEventListener('input', () => {
    if (valueOf('genderDigit') !== '') input('phoneNumber').focus();
  });
  input('phoneNumber').addEventListener('input', () => showFault('phoneNumber', null));
}
