import { randomUUID } from 'node:crypto';
import { TextBrowser } from '../../src/commands/journey/text-browser.ts';
import { eventually } from '../support/eventually.ts';
import { TEST_PIN, type Subscriber, type TestPerson, type TestService } from '../support/service.ts';

const ENROLMENT_CODE = /[0-9A-Z]{5}(?:-[0-9A-Z]{5}){3}/;

/** A handset that may use the service, and two things with which it may not. */
export const ANDROID = { os: 'android', osVersion: '14', formFactor: 'phone', model: 'SM-S921N' };
export const FEATURE_PHONE = { os: 'feature', osVersion: '1', formFactor: 'phone', model: 'F-100' };

/**
 * What somebody who is not the subscriber can do from outside: know a birth date and a number, use every page and every
 * relying party's window, and, with the SIM, read the text messages of the number. Every action goes through HTTP.
 */
export class Thief {
  private sequence = 0;

  constructor(
    readonly service: TestService,
    readonly victim: Subscriber,
  ) {}

  get person(): TestPerson & { lineId: string } {
    return this.victim.person;
  }

  /** Makes the carrier tell of something that the holder of the SIM did. */
  async tell(kind: string, data?: object): Promise<void> {
    this.sequence += 1;
    await this.service.sendEvent(this.person.lineId, kind, data, this.sequence);
  }

  /** The text messages to the number so far, oldest first. */
  texts(): string[] {
    return this.service.smsc.received.filter(({ to }) => to === this.person.phoneNumber).map(({ text }) => text);
  }

  /** Tries to be verified as the victim at a bank, with what arrives on the SIM. Returns what the bank was told. */
  async tryBank(): Promise<'verified' | 'nothing'> {
    const before = this.texts().length;
    await this.service.rows.budgets.clearStarts();
    const { body } = await this.service.start(this.person, { clientId: 'demo-bank' });
    await this.service.rows.deliveries.untilDone(body.id);
    const code = this.texts()
      .slice(before)
      .map((text) => /\[(\d{6})\]/.exec(text)?.[1])
      .find((found) => found !== undefined);
    const answer = await this.service.verify(body.id, code ?? '000000', { clientId: 'demo-bank' });
    return answer.status === 200 ? 'verified' : 'nothing';
  }

  /** Joins on the website with the birth date and a code by SMS; returns the code that would enrol a phone. */
  async tryJoining(): Promise<string | undefined> {
    await this.service.rows.budgets.clearForms();
    await this.service.rows.budgets.clearStarts();
    const before = this.texts().length;
    const visitor = new TextBrowser(this.service.issuer);
    await visitor.open('/join');
    const asked = await visitor.send('/join', { ...this.typed(), agree0: 'yes', agree1: 'yes' });
    if (!asked.html.includes('action="/code"')) return undefined;
    const text = await this.lastText(before);
    const page = await visitor.send('/code', { code: /\[(\d{6})\]/.exec(text ?? '')?.[1] ?? '000000' });
    return ENROLMENT_CODE.exec(page.text)?.[0];
  }

  /** Asks for a new phone on the website, without a login. */
  async askForNewPhone(): Promise<void> {
    await this.service.rows.budgets.clearForms();
    const visitor = new TextBrowser(this.service.issuer);
    await visitor.open('/new-phone');
    await visitor.send('/new-phone', { ...this.typed(), way: 'sms' });
    await this.service.rows.customers.untilReportsResolved();
  }

  /** Reports the phone lost, without a login. */
  async reportLoss(): Promise<void> {
    await this.service.rows.budgets.clearForms();
    await fetch(`${this.service.issuer}/app/v1/loss-reports`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(this.typed()),
    });
    await this.service.rows.customers.untilReportsResolved();
  }

  /** Lets time pass for the line, its subscription and the requests that wait. */
  async wait(hours: number): Promise<void> {
    const { rows } = this.service;
    await rows.lines.ageMemory(this.person.lineId, hours);
    await rows.subscriptions.passTime(this.victim.subscriptionId, hours);
    await rows.customers.makeReportsDue();
    await rows.customers.untilReportsResolved();
  }

  /** The code in the text messages that would enrol a phone. */
  textedEnrolment(): string | undefined {
    return this.texts()
      .map((text) => ENROLMENT_CODE.exec(text)?.[0])
      .find((found) => found !== undefined);
  }

  /** Enrols a phone of the thief's own; true if it is in use afterwards and can be verified at a bank. */
  async tryEnrolling(enrolmentCode: string): Promise<boolean> {
    try {
      const phone = await this.service.enrol(enrolmentCode, { pushToken: `thief-${randomUUID()}` });
      await phone.confirmTest((await phone.readTestEnvelope(await phone.testEnvelope())).code);
      const { body } = await this.service.start(this.person, { clientId: 'demo-bank' });
      const pending = (await phone.pending()).find(({ id }) => id === body.id);
      if (!pending) return false;
      await phone.open(pending, TEST_PIN);
      return true;
    } catch {
      return false;
    }
  }

  private typed(): Pick<TestPerson, 'birthDate' | 'genderDigit' | 'phoneNumber'> {
    const { birthDate, genderDigit, phoneNumber } = this.person;
    return { birthDate, genderDigit, phoneNumber };
  }

  private async lastText(after: number): Promise<string | undefined> {
    await eventually('every delivery', () => this.service.rows.deliveries.none());
    return this.texts().slice(after).at(-1);
  }
}

/** True if the subscriber can still be verified at a relying party by the phone and the PIN. */
export async function isServed(service: TestService, victim: Subscriber, clientId = 'demo-shop'): Promise<boolean> {
  const { status, body } = await service.start(victim.person, { clientId });
  if (status !== 201) return false;
  const code = await service.codeOf(victim, body.id);
  return (await service.verify(body.id, code, { clientId })).status === 200;
}
