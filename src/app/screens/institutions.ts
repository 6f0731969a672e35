import type { Phone, Registration } from '../../phone/phone.ts';
import { startCountdown } from '../../pages/browser/countdown.ts';
import { make } from '../../pages/browser/element.ts';
import { button, factList, faultLine, screen, type Display } from './display.ts';
import { codeOf, faultOf, isUnregistered } from './fault.ts';
import type { Phones } from './phones.ts';
import { forgottenPin } from './forgotten-pin.ts';
import { PinPad } from './pin-pad.ts';
import { afterRefusedPin, type Leave } from './pin-refusal.ts';
import { dayOf, timeOf } from './time.ts';
import { words } from '../words/words.ts';

const messages = words.institutions;
const { pinChecking, requestedAt: askedAt, serial, timeLeft } = words;

/** A registration and the device that may answer it. */
interface Listed {
  phone: Phone;
  registration: Registration;
}

/**
 * The institutions that may request codes from this person's authenticators: the person confirms with the PIN, declines
 * or revokes.
 */
export class Institutions {
  constructor(
    private readonly display: Display,
    private readonly phones: Phones,
    private readonly leaveOf: (phone: Phone) => Leave,
    private readonly back: () => void,
  ) {}

  async show(fault = ''): Promise<void> {
    if (this.display.isBusy) return;
    const { inUse } = this.phones;
    const answers = await this.display.busy(() => Promise.allSettled(inUse.map((phone) => phone.registrations())));
    const goneAt = answers.findIndex((answer) => answer.status === 'rejected' && isUnregistered(answer.reason));
    const gone = inUse[goneAt];
    if (gone !== undefined && gone === this.phones.main) {
      this.leaveOf(gone).unregistered();
      return;
    }
    const failed = answers.find((answer) => answer.status === 'rejected');
    const listed = new Map<string, Listed>();
    answers.forEach((answer, at) => {
      const phone = inUse[at];
      // Pending registrations come to the subscription's own phone; active ones come to their device as well.
      if (!phone || answer.status === 'rejected') return;
      for (const registration of answer.value) listed.set(registration.id, { phone, registration });
    });
    const unknown = failed !== undefined && listed.size === 0 ? faultOf(failed.reason) : '';
    this.draw([...listed.values()], fault || unknown, unknown === '');
  }

  private draw(listed: readonly Listed[], fault: string, isKnown: boolean): void {
    // The phone's clock decides too; otherwise the app would ask again without end until both clocks agree.
    const pending = listed.filter(
      ({ registration: { state, expiresAt } }) => state === 'pending' && Date.parse(expiresAt) > this.phones.now(),
    );
    const standing = listed.filter(({ registration }) => registration.state === 'active');
    const items = standing.map((one) => this.standing(one));
    this.display.show((signal) =>
      screen(
        { title: messages.title, text: messages.text, kind: 'institutions', back: this.back },
        faultLine(fault),
        ...pending.map((one) => this.pending(one, signal)),
        items.length > 0 && make('ul', { class: 'entries' }, ...items),
        isKnown && listed.length === 0 && make('p', { class: 'nothing' }, messages.none),
      ),
    );
  }

  private pending(one: Listed, signal: AbortSignal): HTMLElement {
    const { relyingParty, device, requestedAt, expiresAt } = one.registration;
    const left = make('strong', { class: 'clock', role: 'timer', 'aria-live': 'off' });
    const countdown = startCountdown({
      element: left,
      until: expiresAt,
      now: () => this.phones.now(),
      onEnd: () => void this.show(messages.over),
    });
    signal.addEventListener('abort', () => countdown.stop());
    return make(
      'section',
      { class: 'standing' },
      make('h2', {}, messages.asks(relyingParty.name)),
      factList([
        [messages.device, device.name],
        [serial, device.serialNumber],
        [askedAt, timeOf(requestedAt)],
        [timeLeft, left],
      ]),
      button(messages.confirm, () => this.askPin(one)),
      button(messages.decline, () => void this.answer(one, 'declined'), 'secondary'),
    );
  }

  private standing(one: Listed): HTMLElement {
    const { relyingParty, device, confirmedAt, requestedAt } = one.registration;
    const revoke = button(messages.revoke, () => this.askSure(one), 'small danger');
    revoke.setAttribute('aria-label', messages.revokeOf(relyingParty.name));
    return make(
      'li',
      { class: 'entry institution' },
      make(
        'div',
        {},
        make('strong', {}, relyingParty.name),
        make('p', { class: 'hint' }, messages.since(dayOf(confirmedAt ?? requestedAt))),
        make('p', { class: 'hint' }, device.name),
        make('p', { class: 'hint' }, device.serialNumber),
      ),
      revoke,
    );
  }

  private askPin(one: Listed, fault = ''): void {
    const back = () => void this.show();
    this.display.show((signal) =>
      screen(
        { ...messages.pin(one.registration.relyingParty.name), kind: 'pin', back },
        faultLine(fault),
        new PinPad((pin) => void this.confirm(one, pin), signal).element,
        forgottenPin(this.display, this.leaveOf(one.phone), () => this.askPin(one)),
      ),
    );
  }

  private async confirm(one: Listed, pin: string): Promise<void> {
    const { phone, registration } = one;
    this.display.say(pinChecking);
    try {
      await this.display.busy(() => phone.confirmRegistration(registration, pin));
    } catch (error) {
      if (isOver(error)) await this.show(messages.over);
      else {
        const again = (fault: string) => this.askPin(one, fault);
        afterRefusedPin(this.display, error, { again, leave: this.leaveOf(phone) });
      }
      return;
    }
    this.display.say(messages.confirmed);
    await this.show();
  }

  private askSure(one: Listed): void {
    const back = () => void this.show();
    this.display.show(() =>
      screen(
        { ...messages.sure(one.registration.relyingParty.name), kind: 'sure', back },
        button(messages.revoke, () => void this.answer(one, 'revoked'), 'danger'),
      ),
    );
  }

  private async answer({ phone, registration }: Listed, answer: 'declined' | 'revoked'): Promise<void> {
    if (this.display.isBusy) return;
    const { id } = registration;
    try {
      await this.display.busy(() =>
        answer === 'declined' ? phone.declineRegistration(id) : phone.revokeRegistration(id),
      );
    } catch (error) {
      if (isUnregistered(error)) {
        this.leaveOf(phone).unregistered();
        return;
      }
      await this.show(isOver(error) ? messages.over : faultOf(error));
      return;
    }
    this.display.say(messages[answer]);
    await this.show();
  }
}

/** The registration was answered before, withdrawn, or has expired. */
function isOver(error: unknown): boolean {
  return codeOf(error)?.startsWith('registration_') === true;
}
