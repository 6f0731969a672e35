import { Phone, type EnrolmentConsent, type OfferedDevice } from '../../phone/phone.ts';
import { make } from '../../pages/browser/element.ts';
import { locale } from '../../pages/browser/locale.ts';
import { button, factList, faultLine, screen, type Display } from './display.ts';
import { codeOf, faultOf } from './fault.ts';
import { timeOf } from './time.ts';
import { words } from '../words/words.ts';

const { agreement, offered: messages } = words;

/** Asks the service what a code enrols, so that a wrong code is told before the person chooses a PIN. */
export async function askOffered(
  display: Display,
  code: { issuer: string; enrolmentCode: string; kind: OfferedDevice['kind'] },
): Promise<OfferedDevice | HTMLElement> {
  display.say(messages.checking);
  try {
    const offered = await display.busy(() => Phone.checkCode(code));
    return offered.kind === code.kind ? offered : faultLine(messages.otherKind[offered.kind]);
  } catch (error) {
    return faultLine(codeOf(error) === 'enrolment_code_invalid' ? words.codeInvalid : faultOf(error));
  } finally {
    display.say('');
  }
}

/** Shows what the person agrees to, before anything is enrolled. */
export function showAgreement(
  display: Display,
  offered: OfferedDevice,
  then: { agreed: (consent: EnrolmentConsent) => void; refused: () => void },
): void {
  const { title, text, items, purpose, kept, refusal, link, agree, missing, proceed, refuse } = agreement;
  const { history, personalData } = offered.keptDays;
  const ticks = offered.documents.map(({ document, version, url }) => {
    const id = `agreed-${document}`;
    const tick = make('input', { type: 'checkbox', id, 'aria-describedby': 'not-agreed' });
    const row = make(
      'div',
      { class: 'to-agree' },
      make('label', { class: 'tick', for: id }, tick, make('span', {}, agree[document])),
      // Opens beside the app, which would lose the code.
      make('a', { href: url, target: '_blank', rel: 'noopener' }, link[document](version)),
    );
    return { tick, row };
  });
  const said = faultLine();
  said.id = 'not-agreed';
  const goOn = () => {
    const open = ticks.find(({ tick }) => !tick.checked);
    said.textContent = open ? missing : '';
    if (open) open.tick.focus();
    else then.agreed(consentTo(offered));
  };
  display.show(() =>
    screen(
      { title, text, kind: 'agreement' },
      factList([
        [items.title, items.text],
        [purpose.title, purpose.text],
        [kept.title, kept.text(history, personalData)],
        [refusal.title, refusal.text],
      ]),
      ...ticks.map(({ row }) => row),
      said,
      button(proceed, goOn),
      button(refuse, then.refused, 'secondary'),
    ),
  );
}

/** Shows what will be enrolled, for the person to check. */
export function showOffered(
  display: Display,
  offered: OfferedDevice,
  then: { right: () => void; wrong: () => void },
): void {
  const { title, text, number, kind, kinds, valid, until, right, wrong } = messages;
  display.show(() =>
    screen(
      { title, text, kind: 'offered' },
      factList([
        [number, offered.phoneNumber],
        [kind, kinds[offered.kind]],
        [words.serial, offered.serialNumber],
        [valid, until(timeOf(offered.expiresAt))],
      ]),
      button(right, then.right),
      button(wrong, then.wrong, 'secondary'),
    ),
  );
}

function consentTo({ documents }: OfferedDevice): EnrolmentConsent {
  const versionOf = (name: string) => documents.find(({ document }) => document === name)?.version ?? '';
  return { locale, terms: versionOf('terms'), privacy: versionOf('privacy') };
}
