/** Characters that no screen shows: format characters, joiners, fillers and variation selectors. */
const INVISIBLE = /[\p{Cf}\p{Default_Ignorable_Code_Point}\u2800]/gu;
/** Blanks of any kind and dashes, with the letters of Korean and Japanese keyboards that look like one (in NFKC). */
const GAPS = /[\s\p{Z}\p{Dash}\u1173\u30FC]/gu;

/** The last line of a text message that binds its code to a website (the format of WICG for one-time codes). */
const BOUND = /^@\S+ #(\d+)(?: .*)?$/gmu;
/** The words before a code, as Korean, English, Chinese and Japanese senders write them, up to its first digit. */
const NAMED =
  /(?:(?:인증|확인|승인|서명|보안)\s?(?:번호|코드)|코드|비밀번호|验证码|認証(?:コード|番号)|\b(?:code|OTP|passcode|password|PIN)\b)(?:는|은|가|이|\s?is)?[\s:=]{0,3}["'“‘([{<【〔「『〈《*#]{0,2}(?:[A-Z]-)?\s?(?=\d)/giu;
/** The words after a code. */
const SAID_AFTER =
  /^[\])"'”’*]?(?:\s?is your\b[^.\n\d]{0,40}\b(?:code|OTP|password|PIN)\b|[은는]\s?[^.\n\d]{0,30}(?:번호|코드))/iu;
/** A code between brackets, as in the service's own text messages. */
const BRACKETED = /[[(<{【〔「『〈《]([\d\s\p{Dash}]+)[\])>}】〕」』〉》]/gu;
/** A run of digits, or two groups of digits, that is no part of a date, an amount or a phone number. */
const STANDING = /(?<!\d[\p{Dash}.,:/]?)\d+(?:[ \p{Dash}]\d+)?(?![\d.,:/]*\d|\p{Dash})/gu;

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
 * The code of `length` digits in what a person typed or pasted, which may be a whole text message. The last line that
 * binds a code to a website comes first, then a code that the message calls so, one in brackets, and any other. Returns
 * {@link compactText} where the text has no such code, or several that are equally likely.
 */
export function codeIn(typed: string, length = 6): string {
  const compact = compactText(typed);
  if (isDigits(compact, length)) return compact;
  const text = visibleText(typed);
  for (const found of [
    [...text.matchAll(BOUND)].map(([, code = '']) => code),
    namedIn(text, length),
    [...text.matchAll(BRACKETED)].map(([, inside = '']) => inside),
    [...text.matchAll(STANDING)].map(([run]) => run),
  ]) {
    const codes = new Set(found.map(compactText).filter((code) => isDigits(code, length)));
    const [code, another] = codes;
    if (code !== undefined && another === undefined) return code;
  }
  return compact;
}

/** {@link codeIn}, or null where what was typed is no whole code: a form then tries nothing, and counts nothing. */
export function wholeCodeIn(typed: string, length = 6): string | null {
  const code = codeIn(typed, length);
  return isDigits(code, length) ? code : null;
}

/** The digits that a text calls a code, before or after them; digits may stand apart. */
function namedIn(text: string, length: number): string[] {
  const run = String.raw`\d{${length}}(?!\p{Dash}?\d)`;
  const apart = String.raw`\d(?:[ \p{Dash}]?\d){${length - 1}}(?![ \p{Dash}]?\d)`;
  const digits = new RegExp(`(?:${run}|${apart})`, 'uy');
  const named = [...text.matchAll(NAMED)].flatMap(({ 0: words, index }) => {
    digits.lastIndex = index + words.length;
    return digits.exec(text)?.[0] ?? [];
  });
  const said = [...text.matchAll(STANDING)].filter(({ 0: found, index }) =>
    SAID_AFTER.test(text.slice(index + found.length, index + found.length + 60)),
  );
  return [...named, ...said.map(([found]) => found)];
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
