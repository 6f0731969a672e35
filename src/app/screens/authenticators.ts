import type { Authenticator, Phone } from '../../phone/phone.ts';
import { make } from '../../pages/browser/element.ts';
import { button, factList, screen, type Display } from './display.ts';
import { isUnregistered } from './fault.ts';
import { nameOf, type Phones, type SmartOtp } from './phones.ts';
import { words } from '../words/words.ts';

const messages = words.authenticators;
const { serial } = words;

/** This person's authenticators, with the serial number and the vendor code that an institution asks for. */
export async function showAuthenticators(
  display: Display,
  phones: Phones,
  vendorCode: string,
  leave: {
    back: () => void;
    unregistered: () => void;
    changePin: (phone: Phone) => void;
    goOn: (smartOtp: SmartOtp) => void;
  },
): Promise<void> {
  if (display.isBusy) return;
  const { all, main } = phones;
  // Omits the locked state if the service cannot be reached.
  const gone = new Set<Phone>();
  const ask = async (phone: Phone) => {
    if (!navigator.onLine) return [];
    return phone.authenticators().catch((error: unknown) => {
      if (isUnregistered(error)) gone.add(phone);
      return [];
    });
  };
  const known = await display.busy(() => Promise.all(all.map(ask)));
  if (main && gone.has(main)) {
    leave.unregistered();
    return;
  }
  const stateOf = (phone: Phone) => said(known[all.indexOf(phone)] ?? [], phone);
  const own = main && entry(messages.phone, main, [vendorCode, stateOf(main)]);
  const others = phones.smartOtps.map((smartOtp) => {
    const { phone, testing } = smartOtp;
    const isReady = !testing && phone.can('sign');
    return entry(
      nameOf(smartOtp),
      phone,
      isReady ? [smartOtp.vendorCode ?? '', stateOf(phone)] : ['', messages.unfinished],
      isReady
        ? button(messages.changePin, () => leave.changePin(phone), 'secondary')
        : button(words.smartOtp.finish, () => leave.goOn(smartOtp), 'secondary'),
    );
  });
  display.show(() =>
    screen({ title: messages.title, text: messages.text, kind: 'authenticators', back: leave.back }, own, ...others),
  );
}

function said(known: readonly Authenticator[], phone: Phone): string {
  if (known.some(({ locked }) => locked)) return messages.locked;
  return phone.can('otp') || phone.can('sign') ? messages.works : messages.noOtp;
}

function entry(name: string, phone: Phone, [vendorCode, state]: [string, string], more?: HTMLElement): HTMLElement {
  return make(
    'section',
    { class: 'authenticator' },
    make('h2', {}, name),
    factList([
      [serial, phone.serialNumber],
      ...(vendorCode === '' ? [] : ([[messages.vendorCode, vendorCode]] as const)),
      [messages.state, state],
    ]),
    more,
  );
}
