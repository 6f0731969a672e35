import { randomUUID } from 'node:crypto';
import { Before, setDefaultTimeout, setWorldConstructor, World } from '@cucumber/cucumber';
import { answerOf, type Answer, type TestPerson } from '../../support/service.ts';
import { context, type Context } from '../context.ts';
import { notApplicable } from '../not-applicable.ts';
import { scenarioOf } from '../scenario.ts';

/** A busy machine is no failure; a wait for a condition ends earlier and names the condition. */
setDefaultTimeout(600_000);

/** Method and path of the operations whose path is not the resource that the background names. */
const BELOW: Record<string, [method: string, path: string]> = {
  phoneNumberVerify: ['POST', '/verify'],
  phoneNumberShare: ['GET', '/device-phone-number'],
};

/** One request and its answer: what the sentences of a scenario prepare, send and judge. */
export class CamaraWorld extends World {
  /** The operation that the feature names, such as `checkSimSwap`. */
  operation = '';
  resource = '';
  readonly headers = new Map<string, string>();
  /** Undefined where the request has no body. */
  body: Record<string, unknown> | undefined;
  /** The line that the scenario is about. */
  line: (TestPerson & { lineId: string }) | undefined;
  /** Names the scenario in an address. */
  readonly scenario = randomUUID();
  /** Hours since the last change of the line's SIM or handset, as the scenario said. */
  changedHoursAgo = 0;
  private answered: Answer | undefined;
  /** What is behind the resource, such as the id of a subscription. */
  below = '';
  /** The method of a request that is sent once the sentences about it are read. */
  method: string | undefined;
  /** The scenario waits for what the service sends. */
  awaitsNotifications = false;

  get context(): Context {
    return context();
  }

  /** Whether the request bears the token of a person, who is then not named in the body. */
  get isPersonal(): boolean {
    return this.headers.get('authorization') === `Bearer ${this.context.personalToken}`;
  }

  /** Sends the request. `method` is that of the operation where the sentence names none. */
  async send(operation: string, method?: string): Promise<Answer> {
    const [own, below] = BELOW[operation] ?? ['POST', ''];
    const sent = method ?? own;
    const { body } = this;
    const path = `${this.resource.replace(/^\//, '')}${below}${this.below}`;
    const response = await fetch(`${this.context.service.issuer}/${path}`, {
      method: sent,
      headers: Object.fromEntries(this.headers),
      ...(sent !== 'GET' && sent !== 'DELETE' && body && { body: JSON.stringify(body) }),
    });
    this.answered = await answerOf(response);
    return this.answered;
  }

  get isOfSubscriptions(): boolean {
    return this.resource.startsWith('/sim-swap-subscriptions');
  }

  /** The answer. One scenario of a file expects an answer and does not say that the request is sent. */
  async answer(): Promise<Answer> {
    return this.answered ?? this.send(this.operation, this.method);
  }

  /** Sets members of the body, which there is then. */
  set(members: Record<string, unknown>): void {
    this.body = { ...this.body, ...members };
  }

  /** Sets a member below others (`config.subscriptionDetail.phoneNumber`), or leaves it out. */
  setAt(path: string, value: unknown): void {
    const names = path.split('.');
    const last = names.pop() ?? '';
    this.body = structuredClone(this.body ?? {});
    let within = this.body;
    for (const name of names) within = (within[name] ??= {}) as Record<string, unknown>;
    within[last] = value;
  }

  leaveOut(member: string): void {
    const { [member]: _left, ...rest } = this.body ?? {};
    this.body = rest;
  }

  /** The line of the scenario, which the body names. */
  async useLine(): Promise<TestPerson & { lineId: string }> {
    this.line ??= await this.context.line();
    if (this.isOfSubscriptions) this.setAt('config.subscriptionDetail.phoneNumber', this.line.phoneNumber);
    else if (!this.isPersonal) this.set({ phoneNumber: this.line.phoneNumber });
    return this.line;
  }

  /** Sets the changes of the line, in hours before now. `last` is the hours since the change that the scenario speaks of. */
  async changeLine(hours: Parameters<Context['change']>[1]): Promise<void> {
    const { lineId } = await this.useLine();
    await this.context.change(lineId, hours);
    this.changedHoursAgo = hours.sim ?? hours.handset ?? 0;
  }

  /** Sends a code to the line of the scenario; returns the id and the code that the SMS centre received. */
  async sendCode(): Promise<{ authenticationId: string; code: string }> {
    const line = (this.line ??= await this.context.line());
    const { service } = this.context;
    const response = await fetch(`${service.issuer}/one-time-password-sms/v1/send-code`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${this.context.token()}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ phoneNumber: line.phoneNumber, message: MESSAGE }),
    });
    const { status, body } = await answerOf<{ authenticationId: string }>(response);
    if (status !== 200) throw new Error(`no code was sent: ${status} ${JSON.stringify(body)}`);
    const { authenticationId } = body;
    return { authenticationId, code: await this.context.textedCode(line.phoneNumber) };
  }

  /**
   * Where the service sends notifications. The specification has no address without TLS, and nothing is received at this
   * one where no sentence waits for it.
   */
  get sink(): string {
    const sink = this.context.receiver.url(`/${this.scenario}`);
    return this.awaitsNotifications ? sink : sink.replace('http:', 'https:');
  }

  /** A body that the operation accepts. */
  async compliantBody(): Promise<Record<string, unknown>> {
    if (this.resource.endsWith('/validate-code')) return { authenticationId: randomUUID(), code: '123456' };
    const line = (this.line ??= await this.context.line());
    const named = this.isPersonal ? {} : { phoneNumber: line.phoneNumber };
    if (this.resource.endsWith('/send-code')) return { ...named, message: MESSAGE };
    if (this.isOfSubscriptions) return subscriptionOf(named, this.sink);
    if (this.resource.startsWith('/kyc-age-verification')) return { ...named, ageThreshold: 19 };
    if (this.resource.startsWith('/kyc-match')) return { ...named, name: '홍길동' };
    return this.resource.startsWith('/number-verification') ? { phoneNumber: line.phoneNumber } : named;
  }
}

/** A subscription to changes of the SIM of a line. */
export function subscriptionOf(detail: object, sink: string): Record<string, unknown> {
  const types = ['org.camaraproject.sim-swap-subscriptions.v0.swapped'];
  return { protocol: 'HTTP', sink, types, config: { subscriptionDetail: detail } };
}

/** The message of a client's code. */
export const MESSAGE = '{{code}} 은(는) 시험은행 번호 확인 코드입니다.';

setWorldConstructor(CamaraWorld);

Before(function (this: CamaraWorld, { pickle, gherkinDocument }) {
  this.operation = /operation (\w+)/i.exec(gherkinDocument.feature?.name ?? '')?.[1] ?? '';
  this.awaitsNotifications = pickle.steps.some(({ text }) => /callback notification|callback-url/.test(text));
  return notApplicable(scenarioOf(pickle, gherkinDocument)) ? 'skipped' : undefined;
});
