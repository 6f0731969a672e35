import type { Environment } from '../../config/environment.ts';
import { parseKeyring } from '../crypto/keyring.ts';
import { VapidKeys } from '../crypto/vapid-keys.ts';
import { networksOf } from './outbound/global-address.ts';
import { Outbound } from './outbound/outbound.ts';
import { ApnsPushGateway } from './push/apns.push.ts';
import { googleCredential, staticCredential } from './push/fcm.credential.ts';
import { FcmPushGateway } from './push/fcm.push.ts';
import { PlatformPushGateway } from './push/platform.push.ts';
import type { PushGateway } from './push/push.ts';
import { WebPushGateway } from './push/web.push.ts';
import { SmppSmsGateway } from './sms/smpp.sms.ts';
import type { SmsGateway } from './sms/sms.ts';

/** Connections to one push service of browsers: HTTP/1.1 carries one push a connection at a time. */
const WEB_PUSH_CONNECTIONS = { most: 50, kept: 50 };

/** The gateways that the environment configures, and how to close them. */
export function configuredGateways(environment: Environment): {
  push: PushGateway;
  sms: SmsGateway;
  close: () => Promise<void>;
} {
  const { FCM_SERVICE_ACCOUNT, FCM_ENDPOINT, APNS_ENDPOINT, SMPP_URL = '' } = environment;
  const account = FCM_SERVICE_ACCOUNT ? (JSON.parse(FCM_SERVICE_ACCOUNT) as { project_id: string }) : undefined;
  const fcm = new FcmPushGateway({
    credential: account ? googleCredential(FCM_SERVICE_ACCOUNT) : staticCredential('local'),
    projectId: account?.project_id ?? 'local',
    ...(FCM_ENDPOINT && { endpoint: endpoint(FCM_ENDPOINT, environment.FCM_ENDPOINT_CA) }),
  });
  const apns = new ApnsPushGateway({
    token: {
      key: environment.APNS_KEY ?? '',
      keyId: environment.APNS_KEY_ID ?? '',
      teamId: environment.APNS_TEAM_ID ?? '',
    },
    topic: environment.APNS_TOPIC ?? '',
    production: environment.APNS_PRODUCTION,
    ...(APNS_ENDPOINT && { endpoint: endpoint(APNS_ENDPOINT, environment.APNS_ENDPOINT_CA) }),
  });
  const web = new WebPushGateway({
    keys: new VapidKeys(parseKeyring(environment.KEYRING ?? '').vapid),
    subject: environment.vapidSubject,
    outbound: new Outbound(
      { isProduction: environment.NODE_ENV === 'production', allowed: networksOf([]) },
      undefined,
      WEB_PUSH_CONNECTIONS,
    ),
  });
  const smpp = new URL(SMPP_URL);
  const sms = new SmppSmsGateway({
    host: smpp.hostname,
    port: Number(smpp.port || 2775),
    tls: smpp.protocol === 'ssmpp:',
    systemId: decodeURIComponent(smpp.username),
    password: decodeURIComponent(smpp.password),
    source: { address: environment.SMS_SENDER },
  });
  return {
    push: new PlatformPushGateway({ fcm, apns, webpush: web }),
    sms,
    close: async () => {
      await Promise.all([fcm.close(), apns.close(), web.close(), sms.close()]);
    },
  };
}

function endpoint(address: string, ca = ''): { host: string; port: number; ca: string } {
  const [host = '', port] = address.split(':');
  return { host, port: Number(port), ca };
}
