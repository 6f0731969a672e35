/** Masks a chosen name after its first character. */
export function maskName(name: string): string {
  const [first = '', ...rest] = Array.from(name);
  return `${first}${'*'.repeat(Math.min(4, Math.max(1, rest.length)))}`;
}

/** Stands in place of the part of a text that is masked. */
const MASKED = '****';

/**
 * Masks a postal address after province and city or district: `서울특별시 중구 ****`. An address in another order, such as
 * one in English, begins with house and street, and is masked as a whole.
 */
export function maskAddress(address: string): string {
  const words = address.trim().split(/\s+/);
  const shown = words.slice(0, Math.min(2, words.length - 1));
  const isLarge = shown.length > 0 && shown.every((word, at) => (at === 0 ? PROVINCE : CITY).test(word));
  return isLarge ? `${shown.join(' ')} ${MASKED}` : MASKED;
}

const PROVINCE =
  /^(?:[가-힣]{1,7}[시도]|서울|부산|대구|인천|광주|대전|울산|세종|경기|강원|충북|충남|전북|전남|경북|경남|제주)$/;
const CITY = /^[가-힣]{1,7}[시군구]$/;

/** Masks a postcode after the digits that name the region. */
export function maskPostcode(postcode: string): string {
  return `${postcode.slice(0, 2)}${'*'.repeat(Math.max(1, postcode.length - 2))}`;
}

/**
 * Masks a name except its first and last character, so that its owner recognises it: `홍*동`, `홍*`; a single character
 * becomes `*`.
 */
export function maskInsideOfName(name: string): string {
  const [first = '', ...rest] = Array.from(name);
  const last = rest.pop();
  if (last === undefined) return '*';
  return rest.length === 0 ? `${first}*` : `${first}${'*'.repeat(rest.length)}${last}`;
}
