import type { Environment } from '../../config/environment.ts';
import { ApnsPushGateway } from './push/apns.push.ts';
import { googleCredential, staticCredential } from './push/fcm.credential.ts';
import { FcmPushGateway } from './push/fcm.push.ts';
import { PlatformPushGateway } from './push/platform.push.ts';
import type { PushGateway } from './push/push.ts';
import { SmppSmsGateway } from './sms/smpp.sms.ts';
import type { SmsGateway } from './sms/sms.ts';

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
    push: new PlatformPushGateway({ fcm, apns }),
    sms,
    close: async () => {
      await Promise.all([fcm.close(), apns.close(), sms.close()]);
    },
  };
}

function endpoint(address: string, ca = ''): { host: string; port: number; ca: string } {
  const [host = '', port] = address.split(':');
  return { host, port: Number(port), ca };
}
