import { make } from '../../pages/browser/element.ts';
import { askAlerts, openAlerts, recentAlerts, type AlertWays, type KnownAlerts } from './alerts.ts';
import { badge, button, screen, type Display } from './display.ts';
import type { NewPhoneCode } from './new-phone-code.ts';
import type { Phones } from './phones.ts';
import { words } from '../words/words.ts';

/**
 * The first screen of a phone that the service refuses. Whose place another phone took may still answer alerts for three
 * days; a phone that is unknown, or whose subscription was cancelled, can only be registered again.
 */
export class Replaced {
  private shown = false;

  constructor(
    private readonly display: Display,
    private readonly phones: Phones,
    private readonly newPhoneCode: NewPhoneCode,
    private readonly ways: AlertWays & { enrolAgain: () => void; smartOtpsOnly: () => void },
  ) {}

  refresh(): void {
    if (this.shown && document.visibilityState === 'visible') void this.show();
  }

  /** Another screen is shown from now on. */
  leave(): void {
    this.shown = false;
  }

  async show(): Promise<void> {
    this.shown = true;
    const { main } = this.phones;
    const alerts = await (main && askAlerts(main, () => this.phones.now()).catch(() => undefined));
    // The person has opened another screen meanwhile.
    if (!this.isShown()) return;
    if (alerts) this.draw({ ...alerts, isLocked: false });
    else this.drawUnregistered();
  }

  private isShown(): boolean {
    return this.shown;
  }

  private draw(alerts: KnownAlerts): void {
    const { title, text } = words.replaced;
    const open = openAlerts(alerts, this.ways);
    if (open.length > 0) this.display.clearNotification('alert');
    const about = [make('h2', {}, title), make('p', {}, text)];
    this.display.show(() =>
      screen(
        open.length > 0 ? { title: words.alerts.title, kind: 'replaced' } : { title, text, kind: 'replaced' },
        ...open,
        this.newPhoneCode.card(),
        open.length > 0 && make('section', { class: 'standing' }, ...about),
        recentAlerts(alerts.over, this.phones.now()),
        ...this.buttons(open.length > 0 ? 'secondary' : 'primary'),
      ),
    );
  }

  private drawUnregistered(): void {
    this.display.show(() =>
      screen({ ...words.unregistered, kind: 'ended cancelled' }, badge(), ...this.buttons('primary')),
    );
  }

  private buttons(kind: 'primary' | 'secondary'): HTMLElement[] {
    const again = button(words.again, this.ways.enrolAgain, kind);
    if (this.phones.smartOtps.length === 0) return [again];
    return [again, button(words.smartOtp.only, this.ways.smartOtpsOnly, 'secondary')];
  }
}
