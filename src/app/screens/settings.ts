import type { Phone } from '../../phone/phone.ts';
import { make } from '../../pages/browser/element.ts';
import { showAuthenticators } from './authenticators.ts';
import { button, factList, screen, type Display } from './display.ts';
import { Institutions } from './institutions.ts';
import type { KeptNotice } from './installation.ts';
import { showNotices } from './notices.ts';
import { showPast } from './past.ts';
import type { Phones, SmartOtp } from './phones.ts';
import { PinChange } from './pin-change.ts';
import type { Leave } from './pin-refusal.ts';
import { SmsForOneWebsite } from './sms.ts';
import type { Platform, Service } from '../platform.ts';
import { otherLanguages, words } from '../words/words.ts';

/** The screens to which the settings lead, besides those that they open themselves. */
interface Ways {
  home: () => void;
  leaveOf: (phone: Phone) => Leave;
  /** Enters a new code for the phone, or the first one. */
  withCode: (back: () => void) => void;
  addSmartOtp: (back: () => void) => void;
  goOn: (smartOtp: SmartOtp) => void;
  check: (phone: Phone) => void;
  reset: () => void;
}

/** The settings: everything that does not concern one request. */
export class Settings {
  private readonly back = () => this.show();

  constructor(
    private readonly display: Display,
    private readonly phones: Phones,
    private readonly app: { service: Service; platform: Platform },
    private readonly notices: () => readonly KeptNotice[],
    private readonly ways: Ways,
  ) {}

  show(): void {
    const { back } = this;
    const { institutions, authenticators, addSmartOtp, check, notices, again, register, reset } = words.settings;
    const { main } = this.phones;
    const entries: [string, () => void][] = [
      ...this.entriesOfPhone(),
      [institutions, () => this.showInstitutions()],
      [authenticators, () => void this.showAuthenticators()],
      [addSmartOtp, () => this.ways.addSmartOtp(back)],
      ...(main ? ([[check, () => this.ways.check(main)]] as const) : []).map(([name, open]): [string, () => void] => [
        name,
        open,
      ]),
      [notices, () => this.showNotices()],
      [this.phones.main ? again : register, () => this.ways.withCode(back)],
      [reset, () => this.confirmReset()],
    ];
    const items = entries.map(([name, open]) => make('li', {}, button(name, open, 'entry')));
    const languages = new DocumentFragment();
    for (const [language, name] of otherLanguages) {
      languages.append(make('a', { href: `${this.app.platform.path}?lang=${language}`, lang: language }, name));
    }
    this.display.show(() =>
      screen(
        { title: words.settings.title, kind: 'settings', back: this.ways.home },
        make('ul', { class: 'entries' }, ...items),
        factList([
          // Beside the shop, the shop sets the language.
          ...(self === top ? ([[words.settings.language, languages]] as const) : []),
          ...(this.phones.main ? ([[words.serial, this.phones.main.serialNumber]] as const) : []),
        ]),
      ),
    );
  }

  private entriesOfPhone(): [string, () => void][] {
    const { display, phones, back } = this;
    const { past, sms, pin } = words.settings;
    const [first] = phones.inUse;
    const now = () => phones.now();
    const leaveOf = (phone: Phone) => ({ ...this.ways.leaveOf(phone), back });
    const { main } = phones;
    return [
      ...(first ? ([[past, () => void showPast(display, first, leaveOf(first))]] as const) : []),
      ...(main
        ? ([
            [sms, () => void new SmsForOneWebsite(display, main, now, leaveOf(main)).show()],
            [pin, () => this.changePin(main, back)],
          ] as const)
        : []),
    ].map(([name, open]) => [name, open]);
  }

  private changePin(phone: Phone, back: () => void): void {
    new PinChange(this.display, phone, { ...this.ways.leaveOf(phone), back }, () => this.phones.keep()).begin();
  }

  private showInstitutions(): void {
    void new Institutions(this.display, this.phones, this.ways.leaveOf, this.back).show();
  }

  private async showAuthenticators(): Promise<void> {
    const again = () => void this.showAuthenticators();
    await showAuthenticators(this.display, this.phones, this.app.service.vendorCode, {
      back: this.back,
      unregistered: () => this.phones.main && this.ways.leaveOf(this.phones.main).unregistered(),
      changePin: (phone) => this.changePin(phone, again),
      goOn: this.ways.goOn,
    });
  }

  private showNotices(): void {
    const institutions = () => this.showInstitutions();
    showNotices(this.display, this.notices(), { back: this.back, institutions });
  }

  private confirmReset(): void {
    this.display.show(() =>
      screen({ ...words.resetSure, back: this.back }, button(words.resetYes, this.ways.reset, 'danger')),
    );
  }
}
