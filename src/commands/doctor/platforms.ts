import type { Environment } from '../../../config/environment.ts';
import { parseKeyring } from '../../crypto/keyring.ts';
import { CarrierUnavailable } from '../../gateways/directory/carrier-directory.ts';
import { configuredDirectory } from '../../gateways/directory/configured-directory.ts';
import { Tmf637Directory } from '../../gateways/directory/tmf637.directory.ts';
import { configuredApns, configuredCalls, configuredFcm, smppLogin } from '../../gateways/configured.ts';
import type { OutboundFault } from '../../gateways/outbound/outbound.ts';
import type { CredentialAnswer } from '../../gateways/push/push.ts';
import { SmppLink } from '../../gateways/sms/smpp.link.ts';
import { note, off, ok, reasonOf, unknown, wrong, type Line } from './line.ts';

/** Milliseconds in which a platform must answer. */
export const ANSWER_MS = 8_000;
/** A number that no carrier assigns: its first block is empty. */
const NOBODYS_NUMBER = '+821000000000';

const STAND_IN = 'not configured: npm start uses a local stand-in';

/** Tries Google's credential. */
export async function fcmLines(environment: Environment): Promise<Line[]> {
  if (environment.hubCarries('fcm')) return [await reachedLine('fcm', 'PUSH_HTTP', environment)];
  if (!environment.FCM_SERVICE_ACCOUNT && !environment.FCM_ENDPOINT) return [off('fcm', STAND_IN)];
  const gateway = configuredFcm(environment);
  try {
    return [credentialLine('fcm', await gateway.tryCredential(ANSWER_MS), 'FCM_SERVICE_ACCOUNT')];
  } finally {
    await gateway.close();
  }
}

/** Tries Apple's key. */
export async function apnsLines(environment: Environment): Promise<Line[]> {
  if (environment.hubCarries('apns')) return [await reachedLine('apns', 'PUSH_HTTP', environment)];
  if (!environment.APNS_KEY) return [off('apns', STAND_IN)];
  const gateway = configuredApns(environment);
  try {
    const variables = 'APNS_KEY, APNS_KEY_ID, APNS_TEAM_ID and APNS_TOPIC';
    return [credentialLine('apns', await gateway.tryCredential(ANSWER_MS), variables)];
  } finally {
    await gateway.close();
  }
}

function credentialLine(check: string, answer: CredentialAnswer, variables: string): Line {
  switch (answer.kind) {
    case 'works':
      return ok(check, 'takes the credential');
    case 'refused':
      return wrong(check, `refuses the credential: ${answer.reason}`, `Correct ${variables}.`);
    case 'unknown':
      return unknown(check, `did not judge the credential: ${answer.reason}`, 'Check the way there, and try again.');
  }
}

/** Web Push has no platform to ask: each browser names its own. */
export function webPushLines({ KEYRING, VAPID_SUBJECT, NODE_ENV }: Environment): Line[] {
  if (!KEYRING) return [off('web push', STAND_IN)];
  const { vapid } = parseKeyring(KEYRING);
  if (vapid.length === 0)
    return [
      note('web push', 'the keyring has no vapid key: apps in browsers get no push', 'npm run keys -- add vapid'),
    ];
  const keys = `${vapid.length} ${vapid.length === 1 ? 'key' : 'keys'}`;
  if (VAPID_SUBJECT === undefined && NODE_ENV === 'production')
    return [
      note(
        'web push',
        `${keys}; push services are given ISSUER as the sender`,
        'Set VAPID_SUBJECT to an address that is read.',
      ),
    ];
  return [ok('web push', keys)];
}

/** Tries every gateway of text messages that is used: binds to the SMS centre and unbinds, and asks the broker for any answer. */
export async function smsLines(environment: Environment): Promise<Line[]> {
  const { SMPP_URL, smsGateways } = environment;
  const lines = await Promise.all(
    smsGateways.flatMap((name) => {
      if (name === 'http') return [reachedLine('sms', 'SMS_HTTP', environment)];
      return SMPP_URL ? [boundLine(SMPP_URL)] : [];
    }),
  );
  return lines.length > 0 ? lines : [off('sms', STAND_IN)];
}

const RECEIVERS = { SMS_HTTP: 'the SMS broker', PUSH_HTTP: 'the push hub' } as const;

/**
 * Whether a receiver of signed calls answers, asked as the service asks it: by the same guard of addresses, and following no
 * redirect. Only a message would show whether it takes secret and token.
 */
async function reachedLine(check: string, name: keyof typeof RECEIVERS, environment: Environment): Promise<Line> {
  const who = RECEIVERS[name];
  const calls = configuredCalls(environment, name);
  try {
    const answer = await calls.reach(ANSWER_MS);
    if (answer.kind === 'failed')
      return wrong(check, `${who} is not reached: ${FAULTS[answer.fault]}`, todoOf(answer.fault, name));
    const says = `${who} answers (status ${answer.status} to HEAD)`;
    if (answer.status >= 500) return unknown(check, says, 'Ask who runs it, and try again.');
    if (answer.status >= 300 && answer.status < 400)
      return unknown(check, `${says}, and no redirect is followed`, `Give ${name}_URL the address that it leads to.`);
    if (answer.status === 404) return note(check, says, `If messages get 404 too, correct the path of ${name}_URL.`);
    return ok(check, `${says}; secret and token are tried by the first message`);
  } finally {
    calls.close();
  }
}

/** What is wrong with the way to a neighbour, as the end of a sentence about it. */
export const FAULTS: Readonly<Record<OutboundFault, string>> = {
  url_refused: 'nothing may be sent to its address',
  address_refused: 'its name leads to an address that is not on the internet',
  name_not_found: 'the name servers know no address of it',
  timeout: `no answer within ${ANSWER_MS} ms`,
  tls: 'TLS fails, or its certificate is not valid',
  connection: 'the connection fails',
  stopped: 'it was stopped',
};

function todoOf(fault: OutboundFault, name: keyof typeof RECEIVERS): string {
  if (fault === 'address_refused')
    return `If it stands in a private network, name that network in ${name}_ALLOW_SUBNETS.`;
  if (fault === 'name_not_found') return `Correct ${name}_URL. A name in a hosts file alone is not found.`;
  return `Correct ${name}_URL, or ask who runs it.`;
}

async function boundLine(url: string): Promise<Line> {
  try {
    const link = await SmppLink.bind(smppLogin(url));
    await link.close();
    return ok('sms', 'the SMS centre takes the bind');
  } catch (error) {
    const reason = reasonOf(error);
    if (/ESME_RALYBND/.test(reason))
      return note(
        'sms',
        'the SMS centre has as many sessions of this login as it allows',
        'Ask it for another session.',
      );
    return wrong('sms', `the SMS centre: ${reason}`, 'Correct SMPP_URL, or ask the operator of the SMS centre.');
  }
}

/** Asks the carrier's directory for a number that no line has. */
export async function directoryLines(environment: Environment): Promise<Line[]> {
  const directory = configuredDirectory(environment, ANSWER_MS);
  if (!directory) return [off('directory', 'the service’s own register of lines')];
  try {
    const inventory = directory instanceof Tmf637Directory ? directory : undefined;
    const found = await (inventory?.lookUp(NOBODYS_NUMBER) ?? directory.byPhoneNumber(NOBODYS_NUMBER));
    if (inventory && found === 'not_found') return [await listLine(inventory)];
    if (found === null || found === 'none') return [ok('directory', 'answers')];
    return [note('directory', 'knows a line with a number that nobody has', 'Ask whether it answers with test data.')];
  } catch (error) {
    return [
      wrong(
        'directory',
        saidOf(error),
        'Correct CARRIER_DIRECTORY_URL and CARRIER_DIRECTORY_TOKEN, or ask the carrier.',
      ),
    ];
  }
}

/**
 * An inventory that answers 404 to a number that it does not know, in place of an empty list, looks like a path that
 * leads to none. Whether it serves its list of products at all tells them apart.
 */
async function listLine(inventory: Tmf637Directory): Promise<Line> {
  const says = 'answers 404 to a number that nobody has';
  try {
    if (await inventory.servesList()) return ok('directory', `${says}, and serves its list of products`);
    return wrong(
      'directory',
      `${says}, and has no list of products there`,
      'Correct the path of CARRIER_DIRECTORY_URL: “product” below it must be the list of TMF637.',
    );
  } catch (error) {
    return unknown(
      'directory',
      `${says}, as a wrong path would, and did not serve its list of products: ${saidOf(error)}`,
      'Compare the path of CARRIER_DIRECTORY_URL with the one that the carrier gave.',
    );
  }
}

function saidOf(error: unknown): string {
  return (error instanceof CarrierUnavailable ? error.message : reasonOf(error)).replace(/\.$/, '');
}
