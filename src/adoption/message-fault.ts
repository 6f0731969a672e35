/**
 * What is wrong with a text or a name that stands in text messages about a subscription; null if nothing is. Programs read a
 * code out of a message by its digits and square brackets, and people are told to trust no link in one.
 */
export function messageFault(text: string): string | null {
  const plain = text.replace(/\{\w+\}/g, '').normalize('NFKC');
  if (/\p{Nd}{6}/u.test(plain.replace(/[\s\p{Dash}]/gu, '')))
    return 'must not have six digits in a row, which look like a code; the number of the call centre is {callCentre}';
  if (/[[\]]/.test(plain)) return 'must not have square brackets, because codes stand in them';
  if (/:\/\/|www\.|[\p{L}\p{N}-]\.\p{L}{2}/iu.test(plain))
    return 'must not have an address, which phones make a link of; a full stop has a blank after it';
  if (/[\ud800-\udfff]/.test(plain)) return 'must not have emoji, because text messages count them as two characters';
  return null;
}
