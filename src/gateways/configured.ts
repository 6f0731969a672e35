import { changedSecrets, Environment, type Secrets, type SmsGatewayName } from '../../config/environment.ts';
import { parseKeyring } from '../crypto/keyring.ts';
import { VapidKeys } from '../crypto/vapid-keys.ts';
import { readWebhookSecret } from '../crypto/webhook-signature.ts';
import { networksOf } from './outbound/global-address.ts';
import { Outbound, type Connections } from './outbound/outbound.ts';
import { SignedCalls } from './outbound/signed-calls.ts';
import { ApnsPushGateway } from './push/apns.push.ts';
import { googleCredential, staticCredential } from './push/fcm.credential.ts';
import { FcmPushGateway } from './push/fcm.push.ts';
import { HttpPushGateway } from './push/http.push.ts';
import { PlatformPushGateway } from './push/platform.push.ts';
import type { PushGateway } from './push/push.ts';
import { WebPushGateway } from './push/web.push.ts';
import { Replaceable } from './replaceable.ts';
import { HttpSmsGateway } from './sms/http.sms.ts';
import { SmsTemplate } from './sms/http.template.ts';
import { OrderedSmsGateway } from './sms/ordered.sms.ts';
import type { SmppLinkOptions } from './sms/smpp.link.ts';
import { SmppSmsGateway } from './sms/smpp.sms.ts';
import type { SmsGateway, SmsReceipt } from './sms/sms.ts';

/** Connections to one push service of browsers: HTTP/1.1 carries one push a connection at a time. */
const WEB_PUSH_CONNECTIONS = { most: 50, kept: 50 };

/** Connections to a broker of text messages or to a push hub. */
const OWN_CONNECTIONS = { most: 50, kept: 50 };

/** The address at which the SMS broker reports what became of text messages. */
const RECEIPTS = '/gateways/sms/receipts';

/** The gateways of a process. */
export interface ConfiguredGateways {
  push: PushGateway;
  sms: SmsGateway;
  /** Uses these secrets from now on. Throws, and changes nothing, if no gateway can be made with one of them. */
  renew(secrets: Secrets): void;
  close(): Promise<void>;
}

/** Which secrets each gateway has. */
const SECRETS_OF = {
  fcm: ['FCM_SERVICE_ACCOUNT', 'PUSH_HTTP_SECRET', 'PUSH_HTTP_TOKEN'],
  apns: ['APNS_KEY', 'APNS_KEY_ID', 'APNS_TEAM_ID', 'PUSH_HTTP_SECRET', 'PUSH_HTTP_TOKEN'],
  webpush: ['KEYRING'],
  sms: ['SMPP_URL', 'SMS_HTTP_SECRET', 'SMS_HTTP_TOKEN'],
} as const satisfies Record<string, readonly (keyof Secrets)[]>;

/** The gateways that the environment configures. */
export function configuredGateways(environment: Environment): ConfiguredGateways {
  const fcm = new Replaceable(hubOr('fcm', environment, configuredFcm));
  const apns = new Replaceable(hubOr('apns', environment, configuredApns));
  const webpush = new Replaceable(configuredWebPush(environment));
  const sms = new Replaceable(configuredSms(environment));
  let onReceipt: ((receipt: SmsReceipt | null) => void) | undefined;
  let present = environment;
  return {
    push: new PlatformPushGateway({ fcm: sending(fcm), apns: sending(apns), webpush: sending(webpush) }),
    sms: {
      send: (message, deadlineMs) => sms.use((gateway) => gateway.send(message, deadlineMs)),
      onReceipt: (listener) => {
        onReceipt = listener;
        sms.current.onReceipt(listener);
      },
      standing: () => sms.current.standing(),
    },
    renew: (secrets) => {
      const next = Object.assign(Object.create(Environment.prototype) as Environment, present, secrets);
      const changed = new Set(changedSecrets(present, secrets));
      const isChanged = (gateway: keyof typeof SECRETS_OF) => SECRETS_OF[gateway].some((name) => changed.has(name));
      // All are made before one is used.
      const made = {
        fcm: isChanged('fcm') && hubOr('fcm', next, configuredFcm),
        apns: isChanged('apns') && hubOr('apns', next, configuredApns),
        webpush: isChanged('webpush') && configuredWebPush(next),
        sms: isChanged('sms') && configuredSms(next),
      };
      if (made.fcm) fcm.replace(made.fcm);
      if (made.apns) apns.replace(made.apns);
      if (made.webpush) webpush.replace(made.webpush);
      if (made.sms) {
        if (onReceipt) made.sms.onReceipt(onReceipt);
        sms.replace(made.sms);
      }
      present = next;
    },
    close: async () => {
      await Promise.all([fcm.close(), apns.close(), webpush.close(), sms.close()]);
    },
  };
}

function sending<Gateway extends PushGateway & { close(): Promise<void> }>(of: Replaceable<Gateway>): PushGateway {
  return { send: (message, deadlineMs) => of.use((gateway) => gateway.send(message, deadlineMs)) };
}

/** The push hub, if it carries the pushes of this service, otherwise the service's own gateway. */
function hubOr<Own extends PushGateway & { close(): Promise<void> }>(
  service: 'fcm' | 'apns',
  environment: Environment,
  own: (environment: Environment) => Own,
): Own | HttpPushGateway {
  return environment.hubCarries(service)
    ? new HttpPushGateway(configuredCalls(environment, 'PUSH_HTTP'))
    : own(environment);
}

/** The gateway to FCM that the environment configures; without a service account, to a local server. */
export function configuredFcm({
  FCM_SERVICE_ACCOUNT,
  FCM_ENDPOINT,
  FCM_ENDPOINT_CA,
}: Pick<Environment, 'FCM_SERVICE_ACCOUNT' | 'FCM_ENDPOINT' | 'FCM_ENDPOINT_CA'>): FcmPushGateway {
  const account = FCM_SERVICE_ACCOUNT ? (JSON.parse(FCM_SERVICE_ACCOUNT) as { project_id: string }) : undefined;
  return new FcmPushGateway({
    credential: account ? googleCredential(FCM_SERVICE_ACCOUNT) : staticCredential('local'),
    projectId: account?.project_id ?? 'local',
    ...(FCM_ENDPOINT && { endpoint: endpoint(FCM_ENDPOINT, FCM_ENDPOINT_CA) }),
  });
}

/** The gateway to APNs that the environment configures. */
export function configuredApns(environment: Environment): ApnsPushGateway {
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

/** The SMS gateways that the environment configures, in their order. */
function configuredSms(environment: Environment): OrderedSmsGateway {
  return new OrderedSmsGateway(
    environment.smsGateways.map((name) => ({ name, gateway: SMS_GATEWAY[name](environment) })),
  );
}

const SMS_GATEWAY: Readonly<Record<SmsGatewayName, (environment: Environment) => SmppSmsGateway | HttpSmsGateway>> = {
  smpp: configuredSmpp,
  http: (environment) =>
    new HttpSmsGateway({
      calls: configuredCalls(environment, 'SMS_HTTP'),
      sender: environment.SMS_SENDER,
      receiptUrl: environment.smsHttpSecrets.length > 0 ? environment.ISSUER + RECEIPTS : undefined,
      template:
        environment.SMS_HTTP_TEMPLATE === undefined ? undefined : new SmsTemplate(environment.SMS_HTTP_TEMPLATE),
    }),
};

/** The calls to an address that the operator chose. The guard refuses private networks that are not named all the same. */
export function configuredCalls(environment: Environment, name: 'SMS_HTTP' | 'PUSH_HTTP'): SignedCalls {
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

/** The gateway to the SMS centre that the environment configures. */
function configuredSmpp({ SMPP_URL = '', SMS_SENDER }: Environment): SmppSmsGateway {
  return new SmppSmsGateway({ ...smppLogin(SMPP_URL), source: { address: SMS_SENDER } });
}

/** Where `SMPP_URL` leads, and as whom. */
export function smppLogin(url: string): Pick<SmppLinkOptions, 'host' | 'port' | 'tls' | 'systemId' | 'password'> {
  const smpp = new URL(url);
  return {
    host: smpp.hostname,
    port: Number(smpp.port || 2775),
    tls: smpp.protocol === 'ssmpp:',
    systemId: decodeURIComponent(smpp.username),
    password: decodeURIComponent(smpp.password),
  };
}

/** The gateway to browsers' push services that the environment configures. */
export function configuredWebPush(environment: Environment): WebPushGateway {
  const { KEYRING = '', vapidSubject } = environment;
  return new WebPushGateway({
    keys: new VapidKeys(parseKeyring(KEYRING).vapid),
    subject: vapidSubject,
    outbound: webPushOutbound(environment),
  });
}

/**
 * What sends to browsers' push services. Any subscriber can name an endpoint, so no network is allowed beside the
 * internet.
 */
export function webPushOutbound(
  { NODE_ENV, WEB_PUSH_PROXY }: Environment,
  { onProxyFault }: Pick<Connections, 'onProxyFault'> = {},
): Outbound {
  return new Outbound({ isProduction: NODE_ENV === 'production', allowed: networksOf([]) }, undefined, {
    ...WEB_PUSH_CONNECTIONS,
    proxy: WEB_PUSH_PROXY === undefined ? undefined : new URL(WEB_PUSH_PROXY),
    onProxyFault,
  });
}

function endpoint(address: string, ca = ''): { host: string; port: number; ca: string } {
  const [host = '', port] = address.split(':');
  return { host, port: Number(port), ca };
}
