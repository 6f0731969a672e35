import type { SimulatedCard } from '../../phone/card.ts';
import type { PendingAuthentication, Phone } from '../../phone/phone.ts';
import { make } from '../../pages/browser/element.ts';
import { cardField } from './card.ts';
import { button, faultLine, screen, type Display } from './display.ts';
import { codeOf } from './fault.ts';
import type { Leave } from './pin-refusal.ts';
import { Request } from './request.ts';
import { words } from '../words/words.ts';

const { signing, card: cardMessages } = words;
/** The code belongs to its minute; a person who comes back later computes another one. */
const SHOWN_MS = 60_000;

/** A request to sign a transaction: the phone shows every field, and computes the code itself. */
export class SignRequest extends Request {
  protected readonly words = signing;
  private signed: { code: string; until: number } | undefined;

  constructor(
    display: Display,
    phone: Phone,
    authentication: PendingAuthentication,
    now: () => number,
    leave: Leave & { history: () => void },
    private readonly card: {
      kept: () => SimulatedCard | null;
      keep: (card: SimulatedCard) => Promise<void>;
    },
  ) {
    super(display, phone, authentication, now, leave);
  }

  show(fault = ''): void {
    const { relyingParty } = this.authentication;
    this.display.show((signal) =>
      screen(
        { title: signing.asks(relyingParty.name), text: signing.compare, kind: 'request', back: this.leave.home },
        this.transaction(),
        this.facts(signal),
        faultLine(fault),
        button(words.enterPin, () => this.askPin()),
        ...this.refusals(),
        this.more(),
      ),
    );
  }

  protected async open(pin: string): Promise<void> {
    if (this.authentication.card === true) this.askTap(pin);
    else await this.sign(pin);
  }

  protected showAgain(fault = ''): void {
    // The code may have expired while the reasons to decline were shown.
    if (this.signed && this.signed.until > this.now()) this.showCode(this.signed, fault);
    else this.show(fault);
  }

  /** Every field exactly as it was sent: the code is valid for no other text. */
  private transaction(): HTMLElement {
    const { transaction = [] } = this.authentication;
    const rows = transaction.map(({ label, value }) => make('div', {}, make('dt', {}, label), make('dd', {}, value)));
    return make(
      'section',
      { class: 'to-sign' },
      make('h2', {}, signing.transaction),
      make('dl', { class: 'facts' }, ...rows),
    );
  }

  private askTap(pin: string, fault = ''): void {
    const kept = this.card.kept();
    // After a wrong card, the person may provide another one.
    const field = kept && fault === '' ? null : cardField();
    const said = faultLine(fault);
    const tap = async () => {
      const given = await field?.read();
      if (given === 'malformed') return;
      const card = given ?? kept;
      if (card) await this.sign(pin, card);
      else said.textContent = cardMessages.missing;
    };
    this.display.show(() =>
      screen(
        { ...cardMessages.tap, kind: 'tap', back: () => this.show() },
        make('div', { class: 'card-picture', 'aria-hidden': 'true' }, make('i')),
        said,
        field?.element,
        button(cardMessages.play, () => void tap()),
      ),
    );
  }

  private async sign(pin: string, card?: SimulatedCard): Promise<void> {
    if (this.display.isBusy) return;
    this.display.say(words.pinChecking);
    try {
      const code = await this.display.busy(async () => {
        await this.phone.open(this.authentication, pin, card);
        if (card) await this.card.keep(card);
        return this.phone.sign(this.authentication, pin);
      });
      const until = Math.min(this.now() + SHOWN_MS, Date.parse(this.authentication.expiresAt));
      if (!this.over) this.showCode({ code, until });
    } catch (error) {
      if (codeOf(error) === 'card_mismatch') this.askTap(pin, cardMessages.mismatch);
      else this.refuse(error);
    }
  }

  private showCode(signed: { code: string; until: number }, fault = ''): void {
    this.signed = signed;
    const { relyingParty, purpose } = this.authentication;
    const ends = { until: new Date(signed.until).toISOString(), onEnd: () => this.hide() };
    this.drawCode({ code: signed.code, askedFor: `${relyingParty.name} · ${purpose}`, fault, ends });
  }

  /** The minute is over, on whichever screen the person is. */
  private hide(): void {
    this.signed = undefined;
    if (this.over) return;
    if (Date.parse(this.authentication.expiresAt) <= this.now()) {
      this.end('expired');
      return;
    }
    this.display.say(signing.gone.title);
    this.display.show(() =>
      screen(
        { ...signing.gone, kind: 'gone' },
        button(signing.again, () => this.askPin()),
        button(words.done, this.leave.home, 'secondary'),
      ),
    );
  }
}
