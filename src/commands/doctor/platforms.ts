import type { Environment } from '../../../config/environment.ts';
import { parseKeyring } from '../../crypto/keyring.ts';
import { CarrierUnavailable } from '../../gateways/directory/carrier-directory.ts';
import { Tmf637Directory } from '../../gateways/directory/tmf637.directory.ts';
import { configuredApns, configuredFcm, smppLogin } from '../../gateways/configured.ts';
import type { CredentialAnswer } from '../../gateways/push/push.ts';
import { SmppLink } from '../../gateways/sms/smpp.link.ts';
import { note, off, ok, reasonOf, unknown, wrong, type Line } from './line.ts';

/** Milliseconds in which a platform must answer. */
const ANSWER_MS = 8_000;
/** A number that no carrier gives to anybody: its first block is empty. */
const NOBODYS_NUMBER = '+821000000000';

const STAND_IN = 'not configured: npm start uses a local stand-in';

/** Tries Google's credential. */
export async function fcmLines(environment: Environment): Promise<Line[]> {
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

/** Binds to the SMS centre and unbinds. */
export async function smsLines({ SMPP_URL }: Environment): Promise<Line[]> {
  // An SMS gateway by HTTP has its check here.
  if (!SMPP_URL) return [off('sms', STAND_IN)];
  try {
    const link = await SmppLink.bind(smppLogin(SMPP_URL));
    await link.close();
    return [ok('sms', 'the SMS centre takes the bind')];
  } catch (error) {
    const reason = reasonOf(error);
    if (/ESME_RALYBND/.test(reason))
      return [
        note('sms', 'the SMS centre has as many sessions of this login as it allows', 'Ask it for another session.'),
      ];
    return [wrong('sms', `the SMS centre: ${reason}`, 'Correct SMPP_URL, or ask the operator of the SMS centre.')];
  }
}

/** Asks the carrier's directory for a number that nobody has. */
export async function directoryLines(environment: Environment): Promise<Line[]> {
  const { CARRIER_DIRECTORY_URL: url, CARRIER_DIRECTORY_TOKEN: token } = environment;
  if (!url) return [off('directory', 'the service’s own register of lines')];
  try {
    const found = await new Tmf637Directory({ url, token: () => token, deadlineMs: ANSWER_MS }).byPhoneNumber(
      NOBODYS_NUMBER,
    );
    if (found === null) return [ok('directory', 'answers')];
    return [note('directory', 'knows a line with a number that nobody has', 'Ask whether it answers with test data.')];
  } catch (error) {
    const says = error instanceof CarrierUnavailable ? error.message : reasonOf(error);
    return [wrong('directory', says, 'Correct CARRIER_DIRECTORY_URL and CARRIER_DIRECTORY_TOKEN, or ask the carrier.')];
  }
}
