import { PushGateway, type PushOutcome } from './push/push.ts';
import { SmsGateway, type SmsOutcome } from './sms/sms.ts';

/** What waits is left to the service. */
const LEFT = { kind: 'retry', reason: 'a command sends nothing' } as const;

class NoPush extends PushGateway {
  send(): Promise<PushOutcome> {
    return Promise.resolve(LEFT);
  }
}

class NoSms extends SmsGateway {
  send(): Promise<SmsOutcome> {
    return Promise.resolve(LEFT);
  }
}

/** The gateways of a command that sends nothing, and so needs no settings of the platforms and the SMS centre. */
export const NOTHING_SENT = { push: new NoPush(), sms: new NoSms() } as const;
