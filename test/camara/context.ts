import { randomUUID } from 'node:crypto';
import { AccessTokens, type Caller } from '../../src/crypto/access-token.ts';
import { CAMARA_SCOPES } from '../../src/http/client.guard.ts';
import { eventually } from '../support/eventually.ts';
import { TestService, type Subscriber, type TestPerson } from '../support/service.ts';
import { WebhookReceiver } from '../support/webhook-receiver.ts';

/** Starts of a client per minute, so that the scenarios of one run do not exhaust them. */
const STARTS = 100_000;

/** The one service against which all scenarios run, with a client that has every scope and a person who was verified. */
export class Context {
  private constructor(
    readonly service: TestService,
    private readonly caller: Caller,
    /** The server of the client, which is notified. */
    readonly receiver: WebhookReceiver,
    readonly subscriber: Subscriber,
    /** A token of another client, which stands for the subscriber. */
    readonly personalToken: string,
  ) {}

  static async start(env: Record<string, string> = {}): Promise<Context> {
    const service = await TestService.start(env);
    try {
      return await Context.of(service);
    } catch (error) {
      // A service that is left running would keep the test run from ending.
      await service.stop();
      throw error;
    }
  }

  private static async of(service: TestService): Promise<Context> {
    const scopes = [...CAMARA_SCOPES];
    const client = { clientId: 'bank', name: '시험은행', secret: 'a-secret-of-this-test', scopes };
    const id = await service.rows.clients.register(client);
    await service.rows.clients.limitStarts('bank', STARTS);
    const subscriber = await service.subscriber();
    const person = await verifiedPerson(service, subscriber);
    await service.rows.clients.grant('demo-shop', scopes);
    const shop = { id: await service.rows.clients.idOf('demo-shop'), clientId: 'demo-shop', scopes, person };
    const receiver = await WebhookReceiver.start();
    return new Context(service, { id, clientId: 'bank', scopes }, receiver, subscriber, issue(service, shop));
  }

  async stop(): Promise<void> {
    await this.receiver.stop();
    await this.service.stop();
  }

  /** A token of the client itself. `other` replaces what it covers; `now` is the time of issue. */
  token(other: Partial<Caller> = {}, now?: Date): string {
    return issue(this.service, { ...this.caller, ...other }, now);
  }

  /** A line of which the carrier has told for a year, or for `known` hours, with its changes in hours before now. */
  async line(hours: { known?: number; sim?: number; handset?: number } = {}): Promise<TestPerson & { lineId: string }> {
    const line = await this.service.addLine();
    await this.change(line.lineId, hours);
    return line;
  }

  async change(lineId: string, hours: { known?: number; sim?: number; handset?: number }): Promise<void> {
    await this.service.rows.lines.changeAgo(lineId, { known: 365 * 24, ...hours });
  }

  /** The code of the last text message to a number. */
  async textedCode(phoneNumber: string): Promise<string> {
    const isIt = ({ to }: { to: string }) => to === phoneNumber;
    const { text } = await eventually('a text message', () => this.service.smsc.received.findLast(isIt));
    return /\[(\d{6})\]/.exec(text)?.[1] ?? '';
  }
}

function issue(service: TestService, caller: Caller, now = new Date()): string {
  return new AccessTokens(service.issuer, service.keys.signing).issue(caller, now);
}

async function verifiedPerson(service: TestService, of: Subscriber): Promise<NonNullable<Caller['person']>> {
  const { id } = (await service.start(of.person)).body;
  const verified = await service.verify(id, await service.codeOf(of, id));
  const { subject } = verified.body['result'] as { subject: string };
  return { authenticationId: id, subject };
}

let current: Context | undefined;

/** Names the context of the run that follows: cucumber loads the steps itself and hands them nothing. */
export function useContext(context: Context): void {
  current = context;
}

export function context(): Context {
  if (!current) throw new Error('no service was started for the scenarios');
  return current;
}

/** A Korean mobile number that no line has. */
export function unknownNumber(): string {
  return `+821000${randomUUID().replace(/\D/g, '').padEnd(6, '0').slice(0, 6)}`;
}
