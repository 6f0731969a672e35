import { enrolmentCodeIn, visibleText } from '../../domain/typed-text.ts';
import { words } from '../words/words.ts';

/** Reads an enrolment code from what a person typed, pasted or scanned: the code, a text with it, or a link of ours. */
export function readEnrolmentCode(text: string, issuer: string): { enrolmentCode: string } | { fault: string } {
  const written = visibleText(text);
  const link = linkIn(written);
  if (link && link.issuer !== issuer) return { fault: words.enrolmentCodeElsewhere };
  const enrolmentCode = enrolmentCodeIn(link ? link.code : written);
  return enrolmentCode.length === 20 ? { enrolmentCode } : { fault: words.enrolmentCodeFormat };
}

/** The link in a text: `pushguard://enrol?issuer=…&code=…` of QR codes, or `https://…/app#enrol=…` of our pages. */
function linkIn(text: string): { issuer: string; code: string } | undefined {
  const [found = ''] = /(?:pushguard:|https?:\/\/)\S+/i.exec(text) ?? [];
  if (!URL.canParse(found)) return undefined;
  const { protocol, searchParams, origin, hash } = new URL(found);
  if (protocol === 'pushguard:') {
    return { issuer: searchParams.get('issuer') ?? '', code: searchParams.get('code') ?? '' };
  }
  const code = new URLSearchParams(hash.slice(1)).get('enrol');
  return code === null ? undefined : { issuer: origin, code };
}
