import { make } from '../../pages/browser/element.ts';
import { button } from './display.ts';
import { readEnrolmentCode } from './read-enrolment.ts';
import { words } from '../words/words.ts';

/** Takes an enrolment code as a person types it, or the link of a QR code. */
export function codeFields(
  issuer: string,
  look: { kind: 'primary' | 'secondary'; hint: string; code?: string; between?: HTMLElement; scan?: () => void },
  onCode: (enrolmentCode: string) => void,
): HTMLElement[] {
  // The code, or a whole link or text message, breaks into lines where the text is large and the phone is narrow.
  const attributes = {
    id: 'enrolment-code',
    rows: '1',
    autocomplete: 'off',
    autocapitalize: 'characters',
    spellcheck: 'false',
    placeholder: 'XXXXX-XXXXX-XXXXX-XXXXX',
    'aria-describedby': 'enrolment-format enrolment-fault',
  };
  const code = make('textarea', attributes, look.code);
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
    ...(look.scan ? [button(words.scan.open, look.scan, 'secondary')] : []),
  ];
}
