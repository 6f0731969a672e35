import { enrolmentCodeIn, visibleText } from '../../domain/typed-text.ts';
import { make } from '../../pages/browser/element.ts';
import { button } from './display.ts';
import { words } from '../words/words.ts';

/** Takes an enrolment code as a person types it, or the link of a QR code. */
export function codeFields(
  issuer: string,
  look: { kind: 'primary' | 'secondary'; hint: string; between?: HTMLElement },
  onCode: (enrolmentCode: string) => void,
): HTMLElement[] {
  // The code, or a whole link or text message, breaks into lines where the text is large and the phone is narrow.
  const code = make('textarea', {
    id: 'enrolment-code',
    rows: '1',
    autocomplete: 'off',
    autocapitalize: 'characters',
    spellcheck: 'false',
    placeholder: 'XXXXX-XXXXX-XXXXX-XXXXX',
    'aria-describedby': 'enrolment-format enrolment-fault',
  });
  const fault = make('p', { class: 'fault', id: 'enrolment-fault', role: 'alert' });
  const useCode = () => {
    const read = readEnrolmentCode(code.value, issuer);
    fault.textContent = 'fault' in read ? read.fault : '';
    if ('fault' in read) code.focus();
    else onCode(read.enrolmentCode);
  };
  return [
    make('label', { for: 'enrolment-code' }, words.enrolmentCode),
    code,
    make('p', { class: 'hint', id: 'enrolment-format' }, look.hint),
    fault,
    ...(look.between ? [look.between] : []),
    button(words.useCode, useCode, look.kind),
  ];
}

function readEnrolmentCode(text: string, issuer: string): { enrolmentCode: string } | { fault: string } {
  const written = visibleText(text);
  const link = /^pushguard:/i.test(written) && URL.canParse(written) ? new URL(written) : undefined;
  if (link && link.searchParams.get('issuer') !== issuer) return { fault: words.enrolmentCodeElsewhere };
  const enrolmentCode = enrolmentCodeIn(link?.searchParams.get('code') ?? written);
  return enrolmentCode.length === 20 ? { enrolmentCode } : { fault: words.enrolmentCodeFormat };
}
