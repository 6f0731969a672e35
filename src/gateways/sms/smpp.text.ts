import smpp, { type PduFields } from 'smpp';

/** SMPP 3.4, section 5.2.19: 0 is the centre's default alphabet (GSM 03.38), 8 is UCS2. */
const GSM_7 = 0;
const UCS2 = 8;

/**
 * One short message carries 140 octets: 160 characters of 7 bits (3GPP TS 23.040), here one octet each, or 70 of UCS2.
 */
const GSM_7_LIMIT = 160;
const UCS2_LIMIT = 140;

/**
 * The fields of a `submit_sm` that carry `text`, in the smaller alphabet that can encode it.
 *
 * Text that exceeds one short message goes as a whole in `message_payload` (SMPP 3.4, section 5.3.2.32). The centre
 * splits it, because it alone knows the handset and the network.
 */
export function textFields(text: string): PduFields {
  const gsm = smpp.encodings.ASCII.match(text);
  const octets = gsm ? smpp.encodings.ASCII.encode(text) : smpp.encodings.UCS2.encode(text);
  const fits = octets.length <= (gsm ? GSM_7_LIMIT : UCS2_LIMIT);
  return { data_coding: gsm ? GSM_7 : UCS2, [fits ? 'short_message' : 'message_payload']: octets };
}
