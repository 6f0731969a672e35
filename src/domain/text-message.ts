/**
 * What is known of a text message. `accepted`: the SMS centre has it and has not said more. `unknown`: the centre gave no
 * answer, or does not know. `expired`: its validity ended before it reached the phone.
 */
export const TEXT_STATES = [
  'accepted',
  'unknown',
  'delivered',
  'expired',
  'deleted',
  'undeliverable',
  'rejected',
] as const;
export type TextState = (typeof TEXT_STATES)[number];

/** The states after which a receipt changes nothing. */
export const FINAL_TEXT_STATES: readonly TextState[] = TEXT_STATES.slice(2);

/** The longest message id of SMPP 3.4, section 5.2.23. */
const MAX_ID = 65;

/**
 * The spellings under which an SMS centre may name one message, in lower case and without leading zeros, the given one
 * first: some centres answer a message with a hexadecimal id and write its receipt with the decimal one, or the other
 * way round. Empty for an id that no centre gives.
 */
export function messageIdSpellings(id: string): string[] {
  const [printable = ''] = /^[\x21-\x7e]+/.exec(id.trim()) ?? [];
  if (printable === '' || printable.length > MAX_ID) return [];
  const own = printable.toLowerCase();
  if (!/^[0-9a-f]+$/.test(own)) return [own];
  const plain = own.replace(/^0+(?=.)/, '');
  const decimal = BigInt(`0x${plain}`).toString();
  return [...new Set([plain, ...(/^\d+$/.test(plain) ? [BigInt(plain).toString(16)] : []), decimal])];
}
