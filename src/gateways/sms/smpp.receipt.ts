import smpp, { type Pdu } from 'smpp';
import type { TextState } from '../../domain/text-message.ts';
import type { SmsReceipt } from './sms.ts';

/** SMPP 3.4, section 5.2.12: bits 5 to 2 of `esm_class` are the type of the message; 1 is a delivery receipt. */
const MESSAGE_TYPE = 0x3c;
const DELIVERY_RECEIPT = 0x04;

/** SMPP 3.4, section 5.2.28. ENROUTE and ACCEPTED are no result yet. */
const STATE_OF_NUMBER: Readonly<Record<number, TextState>> = {
  1: 'accepted',
  2: 'delivered',
  3: 'expired',
  4: 'deleted',
  5: 'undeliverable',
  6: 'accepted',
  7: 'unknown',
  8: 'rejected',
};

/** SMPP 3.4, appendix B, by the first five letters: some centres write the whole word. */
const STATE_OF_WORD: Readonly<Record<string, TextState>> = {
  ENROU: 'accepted',
  DELIV: 'delivered',
  EXPIR: 'expired',
  DELET: 'deleted',
  UNDEL: 'undeliverable',
  FAILE: 'undeliverable',
  ACCEP: 'accepted',
  UNKNO: 'unknown',
  REJEC: 'rejected',
};

/** The commands by which a centre delivers something, and which are answered even if they cannot be read. */
export const DELIVERING: readonly string[] = ['deliver_sm', 'data_sm'];

const { fromBuffer } = smpp.PDU.prototype;

/**
 * After a PDU that it cannot read the library never reads its session again, and the centre would repeat the PDU in the
 * next session. What a centre delivers is therefore kept as far as it was read, so that it can be answered.
 */
smpp.PDU.prototype.fromBuffer = function (this: Pdu, buffer: Buffer): void {
  try {
    fromBuffer.call(this, buffer);
  } catch (error) {
    if (!DELIVERING.includes(this.command)) throw error;
  }
};

/**
 * The delivery receipt in what a centre delivers: by its optional parameters, or else by the customary text of
 * appendix B. Undefined for anything but a receipt, null for a receipt without an id or a known state.
 */
export function readReceipt(pdu: Pdu): SmsReceipt | null | undefined {
  if (((pdu.esm_class ?? 0) & MESSAGE_TYPE) !== DELIVERY_RECEIPT) return undefined;
  const text = textOf(pdu.short_message) || textOf(pdu.message_payload);
  // The library reads past the end of an id that has no NUL, as some centres send it.
  const [named = ''] = /^[\x21-\x7e]*/.exec(pdu.receipted_message_id ?? '') ?? [];
  const messageId = named || (/\bid:\s*(\S+)/i.exec(text)?.[1] ?? '');
  const word = /\bstat:\s*([a-z]+)/i.exec(text)?.[1] ?? '';
  const state = STATE_OF_NUMBER[pdu.message_state ?? -1] ?? STATE_OF_WORD[word.slice(0, 5).toUpperCase()];
  return messageId === '' || !state ? null : { messageId, state };
}

function textOf(field: Pdu['short_message'] | Buffer): string {
  if (field === undefined) return '';
  const message = Buffer.isBuffer(field) ? field : field.message;
  return typeof message === 'string' ? message : message.toString('latin1');
}
