import { codeIn, residentDigits } from '../../domain/typed-text.ts';

/**
 * Takes the code out of what is pasted into a field, which may be a whole text message. The field alone would first drop
 * the line breaks, so that a number of the next line could touch the code.
 */
export function readPastedCode(field: HTMLInputElement, length = 6): void {
  field.addEventListener('paste', (event) => {
    const code = codeIn(event.clipboardData?.getData('text') ?? '', length);
    if (code.length !== length || /\D/.test(code)) return;
    event.preventDefault();
    field.value = code;
    field.dispatchEvent(new Event('input', { bubbles: true }));
  });
}

/** Fills both fields when the first seven digits of a resident number are typed or pasted into the first one. */
export function splitResident(birthDate: HTMLInputElement, genderDigit: HTMLInputElement): void {
  birthDate.addEventListener('input', () => {
    const both = residentDigits(birthDate.value);
    if (!both) return;
    birthDate.value = both.birthDate;
    genderDigit.value = both.genderDigit;
    genderDigit.dispatchEvent(new Event('input', { bubbles: true }));
  });
}
