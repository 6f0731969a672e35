import type { Environment, SmsGatewayName } from '../../config/environment.ts';
import { parseKeyring } from '../crypto/keyring.ts';
import { VapidKeys } from '../crypto/vapid-keys.ts';
import { readWebhookSecret } from '../crypto/webhook-signature.ts';
import { networksOf } from './outbound/global-address.ts';
import { Outbound } from './outbound/outbound.ts';
import { SignedCalls } from './outbound/signed-calls.ts';
import { ApnsPushGateway } from './push/apns.push.ts';
import { googleCredential, staticCredential } from './push/fcm.credential.ts';
import { FcmPushGateway } from './push/fcm.push.ts';
import { HttpPushGateway } from './push/http.push.ts';
import { PlatformPushGateway } from './push/platform.push.ts';
import type { PushGateway } from './push/push.ts';
import { WebPushGateway } from './push/web.push.ts';
import { HttpSmsGateway } from './sms/http.sms.ts';
import { SmsTemplate } from './sms/http.template.ts';
import { OrderedSmsGateway } from './sms/ordered.sms.ts';
import { SmppSmsGateway } from './sms/smpp.sms.ts';
import type { SmsGateway } from './sms/sms.ts';

/** Connections to one push service of browsers: HTTP/1.1 carries one push a connection at a time. */
const WEB_PUSH_CONNECTIONS = { most: 50, kept: 50 };

/** Connections to a broker of text messages or to a push hub. */
const OWN_CONNECTIONS = { most: 50, kept: 50 };

/** The address at which the SMS broker reports what became of text messages. */
const RECEIPTS = '/gateways/sms/receipts';

/** The gateways that the environment configures, and how to close them. */
export function configuredGateways(environment: Environment): {
  push: PushGateway;
  sms: SmsGateway;
  close: () => Promise<void>;
} {
  const hub =
    environment.PUSH_HTTP_URL === undefined ? undefined : new HttpPushGateway(callsOf(environment, 'PUSH_HTTP'));
  const fcm = hub && environment.hubCarries('fcm') ? hub : configuredFcm(environment);
  const apns = hub && environment.hubCarries('apns') ? hub : configuredApns(environment);
  const web = configuredWebPush(environment);
  const sms = new OrderedSmsGateway(
    environment.smsGateways.map((name) => ({ name, gateway: SMS_GATEWAY[name](environment) })),
  );
  return {
    push: new PlatformPushGateway({ fcm, apns, webpush: web }),
    sms,
    close: async () => {
      // To close the hub a second time does nothing.
      await Promise.all([fcm.close(), apns.close(), web.close(), sms.close()]);
    },
  };
}

function configuredFcm({ FCM_SERVICE_ACCOUNT, FCM_ENDPOINT, FCM_ENDPOINT_CA }: Environment): FcmPushGateway {
  const account = FCM_SERVICE_ACCOUNT ? (JSON.parse(FCM_SERVICE_ACCOUNT) as { project_id: string }) : undefined;
  return new FcmPushGateway({
    credential: account ? googleCredential(FCM_SERVICE_ACCOUNT ?? '') : staticCredential('local'),
    projectId: account?.project_id ?? 'local',
    ...(FCM_ENDPOINT && { endpoint: endpoint(FCM_ENDPOINT, FCM_ENDPOINT_CA) }),
  });
}

function configuredApns(environment: Environment): ApnsPushGateway {
  const { APNS_ENDPOINT } = environment;
  return new ApnsPushGateway({
    token: {
      key: environment.APNS_KEY ?? '',
      keyId: environment.APNS_KEY_ID ?? '',
      teamId: environment.APNS_TEAM_ID ?? '',
    },
    topic: environment.APNS_TOPIC ?? '',
    production: environment.APNS_PRODUCTION,
    ...(APNS_ENDPOINT && { endpoint: endpoint(APNS_ENDPOINT, environment.APNS_ENDPOINT_CA) }),
  });
}

const SMS_GATEWAY: Readonly<Record<SmsGatewayName, (environment: Environment) => SmppSmsGateway | HttpSmsGateway>> = {
  smpp: ({ SMPP_URL = '', SMS_SENDER }) => {
    const smpp = new URL(SMPP_URL);
    return new SmppSmsGateway({
      host: smpp.hostname,
      port: Number(smpp.port || 2775),
      tls: smpp.protocol === 'ssmpp:',
      systemId: decodeURIComponent(smpp.username),
      password: decodeURIComponent(smpp.password),
      source: { address: SMS_SENDER },
    });
  },
  http: (environment) =>
    new HttpSmsGateway({
      calls: callsOf(environment, 'SMS_HTTP'),
      sender: environment.SMS_SENDER,
      receiptUrl: environment.smsHttpSecrets.length > 0 ? environment.ISSUER + RECEIPTS : undefined,
      template:
        environment.SMS_HTTP_TEMPLATE === undefined ? undefined : new SmsTemplate(environment.SMS_HTTP_TEMPLATE),
    }),
};

/** The calls to an address that the operator chose. The guard refuses private networks that are not named all the same. */
function callsOf(environment: Environment, name: 'SMS_HTTP' | 'PUSH_HTTP'): SignedCalls {
  const rules = {
    isProduction: environment.NODE_ENV === 'production',
    allowed: networksOf(environment[`${name}_ALLOW_SUBNETS`]),
  };
  return new SignedCalls({
    url: environment[`${name}_URL`] ?? '',
    secrets: environment[`${name}_SECRET`].flatMap((one) => readWebhookSecret(one) ?? []),
    token: environment[`${name}_TOKEN`],
    outbound: new Outbound(rules, undefined, OWN_CONNECTIONS),
  });
}

/** The gateway to browsers' push services that the environment configures. */
export function configuredWebPush({
  NODE_ENV,
  KEYRING = '',
  WEB_PUSH_PROXY,
  vapidSubject,
}: Environment): WebPushGateway {
  return new WebPushGateway({
    keys: new VapidKeys(parseKeyring(KEYRING).vapid),
    subject: vapidSubject,
    // Any subscriber can name an endpoint, so no network is allowed beside the internet.
    outbound: new Outbound({ isProduction: NODE_ENV === 'production', allowed: networksOf([]) }, undefined, {
      ...WEB_PUSH_CONNECTIONS,
      proxy: WEB_PUSH_PROXY === undefined ? undefined : new URL(WEB_PUSH_PROXY),
    }),
  });
}

function endpoint(address: string, ca = ''): { host: string; port: number; ca: string } {
  const [host = '', port] = address.split(':');
  return { host, port: Number(port), ca };
}
