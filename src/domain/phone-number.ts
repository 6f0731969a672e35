import { compactText } from './typed-text.ts';

/** Korean mobile prefixes: 010 with eight further digits; the withdrawn 011, 016-019 with seven or eight. */
const KOREAN_MOBILE = /^01(?:0\d{8}|[16789]\d{7,8})$/;
/** E.164: a plus sign, a country code that does not begin with 0, fifteen digits at most (ITU-T E.164, 6.2.1). */
const E164 = /^\+[1-9]\d{6,14}$/;

/**
 * Reads a mobile number as people write or paste it: Korean with or without hyphens, or E.164, with blanks and dashes of
 * any kind, full-width digits and invisible characters.
 * Returns E.164 (`+821012345678`), or null for a text that cannot be a mobile number.
 */
export function parsePhoneNumber(written: string): string | null {
  const compact = compactText(written);
  if (KOREAN_MOBILE.test(compact)) return `+82${compact.slice(1)}`;
  if (!E164.test(compact)) return null;
  if (!compact.startsWith('+82')) return compact;
  const national = `0${compact.slice(3).replace(/^0/, '')}`;
  return KOREAN_MOBILE.test(national) ? `+82${national.slice(1)}` : null;
}

/** The international prefix and country code of Korea in front of a mobile prefix, without the plus sign of E.164. */
const KOREA_WITHOUT_PLUS = /^(?:00)?82(?=0?1)/;

/**
 * Reads a mobile number as carriers' systems write it: as {@link parsePhoneNumber}, and also as an MSISDN without a plus
 * sign (`821012345678`), with the international prefix (`0082…`), with the national zero in brackets (`82 (0)10 …`), with
 * the dots and brackets of RFC 3966, and as its `tel:` URI without parameters.
 * Returns E.164, or null for a text that cannot be a mobile number.
 */
export function parseMsisdn(written: string): string | null {
  const plain = compactText(written)
    .replace(/^tel:/i, '')
    .replace(/^((?:\+|00)?82)\(0\)/, '$1')
    .replace(/[().]/g, '');
  return parsePhoneNumber(plain.replace(KOREA_WITHOUT_PLUS, '+82'));
}

/** `+821012345678` in Korean notation: `010-1234-5678`. A foreign number stays in E.164. */
export function formatPhoneNumber(e164: string): string {
  if (!e164.startsWith('+82')) return e164;
  return `0${e164.slice(3)}`.replace(/^(\d{3})(\d{3,4})(\d{4})$/, '$1-$2-$3');
}

/** The number with its middle masked, so that a reader can recognise but not learn it: `010-****-5678`. */
export function maskPhoneNumber(e164: string): string {
  return formatPhoneNumber(e164).replace(/^(.{3})(.*)(.{4})$/, (_, head: string, middle: string, tail: string) => {
    return head + middle.replace(/\d/g, '*') + tail;
  });
}
