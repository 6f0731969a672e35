/** Characters that no screen shows: format characters, joiners, fillers and variation selectors. */
const INVISIBLE = /[\p{Cf}\p{Default_Ignorable_Code_Point}\u2800]/gu;
/** Blanks of any kind and dashes, with the letters of Korean and Japanese keyboards that look like one (in NFKC). */
const GAPS = /[\s\p{Z}\p{Dash}\u1173\u30FC]/gu;

/** A code that stands between brackets, as in the service's own text messages. */
const BRACKETED = /[[(<{【〔「『〈《]([\d\s\p{Dash}]+)[\])>}】〕」』〉》]/gu;
/** A code without brackets: a run of digits, or two groups of digits. */
const STANDING = /(?<![\d\p{Dash}.,:/])\d+(?:[ \p{Dash}]\d+)?(?![\d.,:/]*\d|\p{Dash})/gu;

/** An enrolment code in a text: four groups of five letters or digits. */
const ENROLMENT_CODE = /(?<![0-9A-Za-z])[0-9A-Za-z]{5}(?:[\s\p{Dash}]?[0-9A-Za-z]{5}){3}(?![0-9A-Za-z])/u;

/** The text with full-width characters made narrow (NFKC) and without characters that no screen shows. */
export function visibleText(typed: string): string {
  return typed.normalize('NFKC').replace(INVISIBLE, '').trim();
}

/** A code or number as it was meant: {@link visibleText} without blanks and dashes. */
export function compactText(typed: string): string {
  return visibleText(typed).replace(GAPS, '');
}

/**
 * The code of `length` digits in what a person typed or pasted, which may be a whole text message. A code in brackets
 * comes before any other. Returns {@link compactText} where the text has no such code, or several different ones.
 */
export function codeIn(typed: string, length = 6): string {
  const compact = compactText(typed);
  if (isDigits(compact, length)) return compact;
  const text = visibleText(typed);
  for (const found of [
    [...text.matchAll(BRACKETED)].map(([, inside = '']) => inside),
    [...text.matchAll(STANDING)].map(([run]) => run),
  ]) {
    const codes = new Set(found.map(compactText).filter((code) => isDigits(code, length)));
    const [code, another] = codes;
    if (code !== undefined && another === undefined) return code;
  }
  return compact;
}

/** The enrolment code in what a person typed or pasted. Returns {@link compactText} where the text has none. */
export function enrolmentCodeIn(typed: string): string {
  const compact = compactText(typed);
  if (compact.length === 20) return compact;
  return compactText(ENROLMENT_CODE.exec(visibleText(typed))?.[0] ?? compact);
}

/**
 * The first seven digits of a resident registration number that was typed or pasted into one field, such as
 * `900101-1` or `900101-1******`. What follows the seventh digit is dropped. Null for any other text.
 */
export function residentDigits(typed: string): { birthDate: string; genderDigit: string } | null {
  const [, birthDate, genderDigit] = /^(\d{6})(\d)(?:\d{6}|[*●•xX]{0,6})$/u.exec(compactText(typed)) ?? [];
  return birthDate === undefined || genderDigit === undefined ? null : { birthDate, genderDigit };
}

/** A device's serial number as people read it aloud and type it; null for any other text. */
export function serialNumberIn(typed: string): string | null {
  const plain = compactText(typed).toUpperCase();
  const [, first, second, third] = /^(?:PG)?(\d{4})(\d{4})(\d{4})$/.exec(plain) ?? [];
  return first === undefined ? null : `PG-${first}-${second ?? ''}-${third ?? ''}`;
}

function isDigits(text: string, length: number): boolean {
  return text.length === length && /^\d+$/.test(text);
}
