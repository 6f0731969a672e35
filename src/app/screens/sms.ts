import type { AskingParty, Phone, SmsPermission, SmsPermissions } from '../../phone/phone.ts';
import { startCountdown } from '../../pages/browser/countdown.ts';
import { make } from '../../pages/browser/element.ts';
import { button, factList, faultLine, screen, type Display } from './display.ts';
import { codeOf, faultOf, isUnregistered } from './fault.ts';
import { forgottenPin } from './forgotten-pin.ts';
import { PinPad } from './pin-pad.ts';
import { afterRefusedPin, type Leave } from './pin-refusal.ts';
import { words } from '../words/words.ts';

/** SMS for one website for some minutes: the active permission, the websites to choose from, and the PIN. */
export class SmsForOneWebsite {
  constructor(
    private readonly display: Display,
    private readonly phone: Phone,
    private readonly now: () => number,
    private readonly leave: Leave & { back: () => void },
  ) {}

  async show(fault = ''): Promise<void> {
    if (this.display.isBusy) return;
    try {
      this.draw(await this.display.busy(() => this.phone.smsPermissions()), fault);
    } catch (error) {
      if (isUnregistered(error)) this.leave.unregistered();
      else this.draw(undefined, faultOf(error));
    }
  }

  /** `listed` is undefined when the service cannot be reached. */
  private draw(listed: SmsPermissions | undefined, fault: string): void {
    const { minutes = 0, relyingParties = [], permissions = [] } = listed ?? {};
    // The phone's clock decides too; otherwise the app would ask again without end until both clocks agree.
    const active = permissions.filter((one) => one.active && Date.parse(one.endsAt) > this.now());
    this.display.show((signal) =>
      screen(
        { title: words.sms.title, kind: 'sms', back: this.leave.back },
        faultLine(fault),
        ...active.map((one) => this.standing(one, signal)),
        ...(minutes > 0 ? this.choices(minutes, relyingParties, active) : []),
        listed !== undefined && minutes === 0 && make('p', {}, words.sms.off),
      ),
    );
  }

  private standing({ id, relyingParty, endsAt }: SmsPermission, signal: AbortSignal): HTMLElement {
    const left = make('strong', { class: 'clock', role: 'timer', 'aria-live': 'off' });
    const countdown = startCountdown({
      element: left,
      until: endsAt,
      now: this.now,
      onEnd: () => void this.ended(),
    });
    signal.addEventListener('abort', () => countdown.stop());
    return make(
      'section',
      { class: 'standing' },
      make('h2', {}, words.sms.active(relyingParty.name)),
      factList([[words.timeLeft, left]]),
      button(words.sms.endNow, () => void this.end(id), 'danger'),
    );
  }

  private choices(minutes: number, parties: readonly AskingParty[], active: readonly SmsPermission[]): HTMLElement[] {
    const text = make('p', { class: 'lead' }, words.sms.text(minutes));
    const warning = make('p', { class: 'caution' }, words.sms.warning);
    const free = parties.filter(({ name }) => !active.some(({ relyingParty }) => relyingParty.name === name));
    if (parties.length === 0) return [text, make('p', { class: 'nothing' }, words.sms.none)];
    if (free.length === 0) return [text, warning];
    const items = free.map((party) => {
      if (!party.refusesSms)
        return make(
          'li',
          {},
          button(party.name, () => this.askPin(party, minutes), 'entry'),
        );
      const why = make('span', { class: 'hint' }, words.sms.refuses);
      return make('li', { class: 'entry refusing' }, make('span', {}, party.name), why);
    });
    const list = make('ul', { class: 'entries' }, ...items);
    return [text, warning, make('h2', {}, words.sms.choose), list];
  }

  private askPin(party: AskingParty, minutes: number, fault = ''): void {
    this.display.show((signal) =>
      screen(
        {
          title: words.sms.pin(party.name, minutes),
          text: words.sms.pinText,
          kind: 'pin',
          back: () => void this.show(),
        },
        faultLine(fault),
        new PinPad((pin) => void this.permit(party, minutes, pin), signal).element,
        forgottenPin(this.display, this.leave, () => this.askPin(party, minutes)),
      ),
    );
  }

  private async permit(party: AskingParty, minutes: number, pin: string): Promise<void> {
    this.display.say(words.pinChecking);
    try {
      await this.display.busy(() => this.phone.permitSms(party.id, pin));
    } catch (error) {
      if (codeOf(error) === 'sms_not_permitted') await this.show(words.sms.refused);
      else {
        const again = (fault: string) => this.askPin(party, minutes, fault);
        afterRefusedPin(this.display, error, { again, leave: this.leave });
      }
      return;
    }
    this.display.say(words.sms.started);
    await this.show();
  }

  private async end(id: string): Promise<void> {
    if (this.display.isBusy) return;
    try {
      await this.display.busy(() => this.phone.endSms(id));
    } catch (error) {
      if (isUnregistered(error)) this.leave.unregistered();
      else await this.show(faultOf(error));
      return;
    }
    await this.ended();
  }

  private async ended(): Promise<void> {
    this.display.say(words.sms.ended);
    await this.show();
  }
}
