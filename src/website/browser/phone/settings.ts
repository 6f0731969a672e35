import type { Phone } from '../../../phone/phone.ts';
import { make } from '../page/element.ts';
import { locale } from '../page/locale.ts';
import { button, facts, screen, type Display } from './display.ts';
import type { KeptNotice } from './installation.ts';
import { MESSAGES } from './messages.ts';
import { showNotices } from './notices.ts';
import { showPast } from './past.ts';
import { PinChange } from './pin-change.ts';
import type { Leave } from './pin-refusal.ts';
import { SmsForOneWebsite } from './sms.ts';

const messages = MESSAGES[locale];

/** Everything that is not about one request. */
export class Settings {
  private readonly back = () => this.show();

  constructor(
    private readonly display: Display,
    private readonly phone: Phone,
    private readonly now: () => number,
    private readonly leave: Leave & { withCode: (back: () => void) => void; reset: () => void },
    private readonly kept: { notices: () => readonly KeptNotice[]; keep: () => Promise<void> },
  ) {}

  show(): void {
    const { display, phone, now, back, kept } = this;
    const leave = { ...this.leave, back };
    const { past, sms, pin, notices, again, reset } = messages.settings;
    const entries: [string, () => void][] = [
      [past, () => void showPast(display, phone, leave)],
      [sms, () => void new SmsForOneWebsite(display, phone, now, leave).show()],
      [pin, () => new PinChange(display, phone, leave, kept.keep).begin()],
      [notices, () => showNotices(display, kept.notices(), back)],
      [again, () => this.leave.withCode(back)],
      [reset, () => this.confirmReset()],
    ];
    const items = entries.map(([name, open]) => make('li', {}, button(name, open, 'entry')));
    const other = locale === 'ko' ? 'en' : 'ko';
    const language = make('a', { href: `/phone?lang=${other}`, lang: other }, messages.settings.otherLanguage);
    display.show(() =>
      screen(
        { title: messages.settings.title, kind: 'settings', back: this.leave.home },
        make('ul', { class: 'entries' }, ...items),
        facts([
          // Beside the shop, the shop says in which language.
          ...(self === top ? ([[messages.settings.language, language]] as const) : []),
          [messages.serial, phone.serialNumber],
        ]),
      ),
    );
  }

  private confirmReset(): void {
    this.display.show(() =>
      screen({ ...messages.resetSure, back: this.back }, button(messages.resetYes, this.leave.reset, 'danger')),
    );
  }
}
