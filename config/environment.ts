import { readFileSync } from 'node:fs';
import { plainToInstance, Transform } from 'class-transformer';
import {
  getMetadataStorage,
  IsIn,
  IsInt,
  IsNumber,
  IsOptional,
  IsString,
  IsUrl,
  Matches,
  Max,
  Min,
  validateSync,
} from 'class-validator';
import { readWebhookSecret } from '../src/crypto/webhook-signature.ts';
import type { PushService } from '../src/domain/push-service.ts';
import { networksOf } from '../src/gateways/outbound/global-address.ts';
import { judgeOutboundUrl } from '../src/gateways/outbound/outbound-address.ts';
import { unknownVariables } from './unknown-variables.ts';
import {
  IsAddress,
  IsApnsKey,
  IsCertificates,
  IsContact,
  IsDatabaseAddress,
  IsHostAndPort,
  IsKeyring,
  IsListOf,
  IsListOfWords,
  IsMapping,
  IsNetworks,
  IsPlainUrl,
  IsProxies,
  IsRedisAddress,
  IsServiceAccount,
  IsSmsTemplate,
  IsToken,
  IsWebhookSecrets,
  List,
  Switch,
} from './variable-forms.ts';

/** The SMS gateways by the names that settings, metrics and logs give them, and the address that configures each. */
const SMS_GATEWAYS = ['smpp', 'http'] as const;
export type SmsGatewayName = (typeof SMS_GATEWAYS)[number];
const SMS_ADDRESS = { smpp: 'SMPP_URL', http: 'SMS_HTTP_URL' } as const;

/**
 * The whole configuration, read from the environment once. Every variable may instead be given as a file: `NAME_FILE`
 * is the path of a file with the value of `NAME`, because orchestrators mount secrets as files.
 */
export class Environment {
  /** The least severe lines of the log. Default: `info` in production, else `warn`. */
  @IsOptional()
  @IsIn(['fatal', 'error', 'warn', 'info', 'debug'])
  LOG_LEVEL?: 'fatal' | 'error' | 'warn' | 'info' | 'debug';

  /** How lines of the log look. Default: `json` in production, else `text`. */
  @IsOptional()
  @IsIn(['json', 'text'])
  LOG_FORMAT?: 'json' | 'text';

  /** Writes one line for each request. */
  @Switch()
  LOG_REQUESTS: boolean = false;

  /** The receiver of traces (OpenTelemetry, OTLP over HTTP), without the path; it switches tracing on. */
  @IsOptional()
  @IsUrl({ require_tld: false, require_protocol: true, protocols: ['http', 'https'] })
  OTEL_EXPORTER_OTLP_ENDPOINT?: string;

  /** The same with the path, for traces alone. */
  @IsOptional()
  @IsUrl({ require_tld: false, require_protocol: true, protocols: ['http', 'https'] })
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT?: string;

  /** The only protocol that this service speaks to the receiver. */
  @IsOptional()
  @IsIn(['http/protobuf'])
  OTEL_EXPORTER_OTLP_PROTOCOL?: 'http/protobuf';

  /** Switches tracing off although a receiver is named. */
  @Switch()
  OTEL_SDK_DISABLED: boolean = false;

  /** The name under which traces of this service are found. */
  @IsOptional()
  @IsString()
  OTEL_SERVICE_NAME?: string;

  /** Which requests are recorded. Default: `parentbased_traceidratio`. */
  @IsOptional()
  @IsIn([
    'always_on',
    'always_off',
    'traceidratio',
    'parentbased_always_on',
    'parentbased_always_off',
    'parentbased_traceidratio',
  ])
  OTEL_TRACES_SAMPLER?:
    | 'always_on'
    | 'always_off'
    | 'traceidratio'
    | 'parentbased_always_on'
    | 'parentbased_always_off'
    | 'parentbased_traceidratio';

  /** The share of requests that is recorded, 0 to 1. Default: 0.05. */
  @IsOptional()
  @Transform(({ value }) => Number(value))
  @IsNumber()
  @Min(0)
  @Max(1)
  OTEL_TRACES_SAMPLER_ARG?: number;

  /** The commit from which this build was made, for the metric of the build; an image sets it. */
  @IsOptional()
  @Matches(/^[0-9a-f]{7,64}$/, { message: 'BUILD_COMMIT must be a commit of 7 to 64 hexadecimal digits' })
  BUILD_COMMIT?: string;

  /** `production` refuses every embedded default. */
  @IsIn(['development', 'production', 'test'])
  NODE_ENV: 'development' | 'production' | 'test' = 'development';

  /** The roles of this process: answer callers (`api`), send pushes and text messages (`worker`), or both. */
  @IsIn(['all', 'api', 'worker'])
  ROLE: 'all' | 'api' | 'worker' = 'all';

  @IsString()
  HOST: string = '127.0.0.1';

  /** The host in URL notation: an IPv6 address in brackets. */
  get hostInUrl(): string {
    return this.HOST.includes(':') ? `[${this.HOST}]` : this.HOST;
  }

  /** The port for callers. 0 takes any free port. */
  @Transform(({ value }) => Number(value))
  @IsInt()
  @Min(0)
  @Max(65_535)
  PORT: number = 3000;

  /** The port for health and metrics, for operations only. 0 takes any free port. */
  @Transform(({ value }) => Number(value))
  @IsInt()
  @Min(0)
  @Max(65_535)
  MANAGEMENT_PORT: number = 3001;

  /**
   * Seconds between SIGTERM and the end of the API's port, in which readiness says 503 and requests are served as ever: the
   * time that load balancers need to notice. 0 ends at once.
   */
  @Transform(({ value }) => Number(value))
  @IsInt()
  @Min(0)
  @Max(120)
  DRAIN_SECONDS: number = 0;

  /** The address under which callers know the service, without a trailing slash. */
  @IsOptional()
  @IsPlainUrl()
  @IsUrl({ require_tld: false, require_protocol: true })
  @Matches(/[^/]$/, { message: 'ISSUER must not end in a slash' })
  ISSUER: string;

  /** Addresses of the proxies whose X-Forwarded-For is trusted, separated by commas. */
  @IsProxies()
  TRUST_PROXY: string[] = [];

  /** Directory for the data of the embedded defaults. */
  @IsString()
  DATA_DIR: string = '.data';

  @IsOptional()
  @IsDatabaseAddress()
  DATABASE_URL?: string;

  /**
   * URL of the role that owns, creates and changes the tables. With it, the role of DATABASE_URL only gets the rights
   * to use them.
   */
  @IsOptional()
  @IsDatabaseAddress()
  MIGRATION_DATABASE_URL?: string;

  /** Each process migrates the database at its start; else it requires that `npm run migrate -- up` has done so. */
  @Switch()
  MIGRATE_ON_START: boolean = true;

  /**
   * The address of PostgreSQL itself, where DATABASE_URL leads to a pooler: for the queue, LISTEN, advisory locks,
   * temporary tables and migrations, which need a session of their own. The role is that of DATABASE_URL.
   */
  @IsOptional()
  @IsDatabaseAddress()
  QUEUE_DATABASE_URL?: string;

  /**
   * A standby of the same database, with the role of DATABASE_URL: lists, histories and figures are read there while it is
   * at most two seconds behind.
   */
  @IsOptional()
  @IsDatabaseAddress()
  DATABASE_READ_URL?: string;

  /** Database connections of one process. */
  @Transform(({ value }) => Number(value))
  @IsInt()
  @Min(2)
  @Max(500)
  DATABASE_POOL: number = 16;

  /** Puts the queue on Redis or Valkey; by default it is on PostgreSQL. */
  @IsOptional()
  @IsRedisAddress()
  REDIS_URL?: string;

  /**
   * The journal of closed doors: a path, to which each process and each day adds a file (`journal.ndjson` becomes
   * `journal-2026-11-28-<host>-<process>.ndjson`), or `-` for standard output. See "Restoring" in
   * src/developers/guide/restoring.md.
   */
  @IsOptional()
  @IsString()
  JOURNAL_FILE?: string;

  /** The keyring as JSON; see "Keys" in src/developers/guide/operation.md. */
  @IsOptional()
  @IsKeyring()
  KEYRING?: string;

  /** Google's service account as JSON. */
  @IsOptional()
  @IsServiceAccount()
  FCM_SERVICE_ACCOUNT?: string;

  /** host:port of a relay in front of FCM. Tests use it for a local server. */
  @IsOptional()
  @IsHostAndPort()
  FCM_ENDPOINT?: string;

  /** The certificate authority to trust there, PEM. */
  @IsOptional()
  @IsCertificates()
  FCM_ENDPOINT_CA?: string;

  /** Apple's .p8 key. */
  @IsOptional()
  @IsApnsKey()
  APNS_KEY?: string;

  @IsOptional()
  @IsString()
  APNS_KEY_ID?: string;

  @IsOptional()
  @IsString()
  APNS_TEAM_ID?: string;

  /** The app's bundle id. */
  @IsOptional()
  @IsString()
  APNS_TOPIC?: string;

  /** Apple's production platform instead of its sandbox. */
  @Switch()
  APNS_PRODUCTION: boolean = true;

  @IsOptional()
  @IsHostAndPort()
  APNS_ENDPOINT?: string;

  /** The certificate authority to trust there, PEM. */
  @IsOptional()
  @IsCertificates()
  APNS_ENDPOINT_CA?: string;

  /**
   * Who sends Web Push, for the operators of browsers' push services: an address with `mailto:` or `https:`. By default, the
   * ISSUER.
   */
  @IsOptional()
  @IsContact()
  VAPID_SUBJECT?: string;

  /** A proxy for Web Push, as WEBHOOK_PROXY is one for webhooks. */
  @IsOptional()
  @IsUrl({ require_tld: false, require_protocol: true, protocols: ['http', 'https'] })
  WEB_PUSH_PROXY?: string;

  /** VAPID_SUBJECT with its default. An issuer without TLS, as of the demonstration, is no address for it. */
  get vapidSubject(): string {
    return this.VAPID_SUBJECT ?? (this.ISSUER.startsWith('https:') ? this.ISSUER : 'mailto:nobody@example.com');
  }

  /** The address of a carrier's own push hub, which carries the pushes of PUSH_HTTP_FOR. */
  @IsOptional()
  @IsPlainUrl()
  PUSH_HTTP_URL?: string;

  /** The secrets that sign each call to it, `whsec_…` as Standard Webhooks writes them. */
  @IsWebhookSecrets()
  PUSH_HTTP_SECRET: string[] = [];

  /** The bearer token for PUSH_HTTP_URL. */
  @IsOptional()
  @IsToken()
  PUSH_HTTP_TOKEN?: string;

  /** Networks in which the push hub may stand although they are not on the internet, such as 10.20.0.0/16. */
  @IsNetworks()
  PUSH_HTTP_ALLOW_SUBNETS: string[] = [];

  /** The push services in whose place the hub stands, separated by commas. */
  @IsListOfWords(['fcm', 'apns'])
  PUSH_HTTP_FOR: Exclude<PushService, 'webpush'>[] = ['fcm', 'apns'];

  /** Whether the push hub carries the pushes of this push service. */
  hubCarries(service: Exclude<PushService, 'webpush'>): boolean {
    return this.PUSH_HTTP_URL !== undefined && this.PUSH_HTTP_FOR.includes(service);
  }

  /** smpp://systemId:password@host:port */
  @IsOptional()
  @IsAddress('smpp', 'ssmpp')
  SMPP_URL?: string;

  /** The address of an SMS broker that takes text messages as JSON. */
  @IsOptional()
  @IsPlainUrl()
  SMS_HTTP_URL?: string;

  /** The secrets that sign each call to it and each receipt that it sends, `whsec_…` as Standard Webhooks writes them. */
  @IsWebhookSecrets()
  SMS_HTTP_SECRET: string[] = [];

  /** The bytes of SMS_HTTP_SECRET. */
  get smsHttpSecrets(): Buffer[] {
    return this.SMS_HTTP_SECRET.flatMap((one) => readWebhookSecret(one) ?? []);
  }

  /** The bearer token for SMS_HTTP_URL. */
  @IsOptional()
  @IsToken()
  SMS_HTTP_TOKEN?: string;

  /** The broker's own shape of a message: JSON with `{{to}}`, `{{text}}` and others inside of strings. */
  @IsOptional()
  @IsSmsTemplate()
  SMS_HTTP_TEMPLATE?: string;

  /** Networks in which the broker may stand although they are not on the internet, such as 10.20.0.0/16. */
  @IsNetworks()
  SMS_HTTP_ALLOW_SUBNETS: string[] = [];

  /** The SMS gateways in the order in which they are tried; by default those that are configured, SMPP first. */
  @IsOptional()
  @IsListOfWords(SMS_GATEWAYS)
  SMS_GATEWAYS?: SmsGatewayName[];

  /** SMS_GATEWAYS with its default. */
  get smsGateways(): readonly SmsGatewayName[] {
    if (this.SMS_GATEWAYS?.length) return this.SMS_GATEWAYS;
    return SMS_GATEWAYS.filter((name) => this[SMS_ADDRESS[name]] !== undefined);
  }

  /** The sender's number of text messages. */
  @IsString()
  SMS_SENDER: string = '1566';

  /** Carriers whose lines may subscribe, separated by commas. An MVNO counts only if it is listed. */
  @List()
  HOME_CARRIERS: string[] = ['SKT'];

  /**
   * Other carriers, separated by commas. A nightly snapshot ends the subscription of a line that moved to one of them. A
   * name that is neither here nor in HOME_CARRIERS may be a new spelling: the snapshot's report names it, and it ends
   * nothing.
   */
  @List()
  OTHER_CARRIERS: string[] = ['SKT', 'KT', 'LGU+', 'LG U+'];

  /**
   * The most lines, and the most subscriptions, that a nightly snapshot ends without confirmation: a share of the
   * present ones, such as `1%`, and at least 100 of them; or a number.
   */
  @Matches(/^\d{1,9}%?$/, { message: 'IMPORT_MAX_ENDED must be a share such as 1%, or a number' })
  IMPORT_MAX_ENDED = '1%';

  /**
   * The carrier's system that knows the lines, which the service queries when a person joins; by default it queries its
   * own register of lines.
   */
  @IsOptional()
  @IsPlainUrl()
  @IsUrl({ require_tld: false, require_protocol: true })
  CARRIER_DIRECTORY_URL?: string;

  /**
   * Networks to which webhooks may go although they are not on the internet, separated by commas: a carrier's private one,
   * such as 10.20.0.0/16. By default, nothing is sent to a private address.
   */
  @IsNetworks()
  WEBHOOK_ALLOW_SUBNETS: string[] = [];

  /** A proxy for webhooks, which is asked to connect (CONNECT) to the addresses that this service has judged. */
  @IsOptional()
  @IsUrl({ require_tld: false, require_protocol: true, protocols: ['http', 'https'] })
  WEBHOOK_PROXY?: string;

  /** Events that are kept for one client, at most: beyond it the oldest are dropped. */
  @Transform(({ value }) => Number(value))
  @IsInt()
  @Min(100)
  @Max(1_000_000_000)
  WEBHOOK_MOST_EVENTS: number = 5_000_000;

  /**
   * Numbers of no line, or of a line of another carrier, about which a CAMARA client may ask on a day (UTC). Beyond it, it is answered about no number: else
   * one client could ask which numbers are those of customers.
   */
  @Transform(({ value }) => Number(value))
  @IsInt()
  @Min(1)
  @Max(1_000_000_000)
  CAMARA_MOST_UNKNOWN: number = 5_000;

  /** Subscriptions to changes of a SIM that a CAMARA client may have at a time, over all lines. Beyond it, no further one is made. */
  @Transform(({ value }) => Number(value))
  @IsInt()
  @Min(1)
  @Max(1_000_000_000)
  CAMARA_MOST_SUBSCRIPTIONS: number = 1_000_000;

  /** The bearer token for CARRIER_DIRECTORY_URL. */
  @IsOptional()
  @IsToken()
  CARRIER_DIRECTORY_TOKEN?: string;

  /** What CARRIER_DIRECTORY_URL serves: TM Forum's product inventory, or the plain JSON call of the guide "Carrier". */
  @IsIn(['tmf637', 'json'])
  CARRIER_DIRECTORY_KIND: 'tmf637' | 'json' = 'tmf637';

  /** Which characteristics of the carrier's TMF637 products say what, as JSON; see the guide "Carrier". */
  @IsOptional()
  @IsMapping()
  CARRIER_DIRECTORY_MAPPING?: string;

  /** The monthly fee of a subscription, in won. */
  @Transform(({ value }) => Number(value))
  @IsInt()
  @Min(0)
  @Max(1_000_000)
  MONTHLY_FEE: number = 1_100;

  /** Enrolment codes that one program of the call centre may issue in an hour for subscriptions whose phone is in use. */
  @Transform(({ value }) => Number(value))
  @IsInt()
  @Min(1)
  @Max(10_000)
  ENROLMENT_CODES_PER_CLIENT_HOUR: number = 60;

  /** Days for which the code in an activation letter is valid: delivery by post, and some days for the person. */
  @Transform(({ value }) => Number(value))
  @IsInt()
  @Min(1)
  @Max(30)
  ACTIVATION_LETTER_DAYS: number = 14;

  /** Hours for which relying parties see that a person's app was reissued. */
  @Transform(({ value }) => Number(value))
  @IsInt()
  @Min(0)
  @Max(8_760)
  REISSUE_COOLING_HOURS: number = 24;

  /** Hours after a SIM change or a report of loss in which a line that is or was protected gets no code by SMS. */
  @Transform(({ value }) => Number(value))
  @IsInt()
  @Min(0)
  @Max(8_760)
  SMS_HOLD_HOURS: number = 72;

  /** Hours after a SIM change in which the line cannot join the service. */
  @Transform(({ value }) => Number(value))
  @IsInt()
  @Min(0)
  @Max(8_760)
  JOIN_HOLD_HOURS: number = 24;

  /**
   * Reports of loss without a login that suspend subscriptions in any minute, over the whole service. Further ones
   * suspend nothing: for two hours they hold codes by SMS and new phones of their line, and the call centre calls first.
   */
  @Transform(({ value }) => Number(value))
  @IsInt()
  @Min(1)
  @Max(1_000)
  LOSS_REPORTS_PER_MINUTE: number = 30;

  /** Hours for which relying parties see that a person's SIM was changed. */
  @Transform(({ value }) => Number(value))
  @IsInt()
  @Min(0)
  @Max(8_760)
  RECENT_SIM_CHANGE_HOURS: number = 240;

  /** Hours for which relying parties see that a phone was enrolled without the confirmation of the one before it. */
  @Transform(({ value }) => Number(value))
  @IsInt()
  @Min(0)
  @Max(8_760)
  RECENTLY_ENROLLED_HOURS: number = 72;

  /** The vendor code that people give with the serial number of an authenticator that the service itself issued. */
  @Matches(/^[A-Z0-9]{2,8}$/)
  VENDOR_CODE: string = 'PG';

  /** Minutes for which a subscriber may permit SMS for one relying party; 0 disables SMS permissions. */
  @Transform(({ value }) => Number(value))
  @IsInt()
  @Min(0)
  @Max(60)
  SMS_PERMISSION_MINUTES: number = 10;

  /**
   * Days for which authentications, their text messages and the events of carriers are kept and shown. They are dropped by
   * the month, so they are stored for up to 31 days more.
   * For the access records of a carrier, the law demands two years.
   */
  @Transform(({ value }) => Number(value))
  @IsInt()
  @Min(1)
  HISTORY_DAYS: number = 730;

  /**
   * Days after which a cancelled subscription, with its consent and all that belongs to it, and a terminated line with
   * its owner are erased. Records of contracts and payments must be kept for five years (Enforcement Decree of the Act
   * on Consumer Protection in Electronic Commerce, article 6).
   */
  @Transform(({ value }) => Number(value))
  @IsInt()
  @Min(1)
  PERSONAL_DATA_DAYS: number = 1_827;

  /**
   * A folder with the operator's own terms, privacy policy and optional consents (`terms.2026-12-01.ko.md`), and with
   * `company.json`, what the website names of the company.
   */
  @IsOptional()
  @IsString()
  LEGAL_TEXTS?: string;

  /**
   * A folder with the carrier's brand (`brand.json`), changed words (`words.ko.json`) and legal texts, as the guide
   * "Adopting" describes them. They stand above those in `LEGAL_TEXTS`.
   */
  @IsOptional()
  @IsString()
  ADOPTION_DIR?: string;

  /**
   * Minutes from the carrier's report of a new handset until its enrolment code goes there by SMS. In this time the
   * holder of the old phone, which got a notice, can object.
   */
  @Transform(({ value }) => Number(value))
  @IsInt()
  @Min(0)
  @Max(10_080)
  NEW_PHONE_WAIT_MINUTES: number = 1_440;

  /** The package of a native app on Android that opens links to `/app`, such as `kr.example.pushguard`. */
  @IsOptional()
  @Matches(/^[A-Za-z]\w*(\.[A-Za-z]\w*)+$/, { message: '$property must be a package such as kr.example.app' })
  ANDROID_APP_PACKAGE?: string;

  /** The SHA-256 fingerprints of the certificates that sign this package, separated by commas. */
  @IsOptional()
  @IsListOf(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/i, 'must be SHA-256 fingerprints, each of 32 bytes such as 14:6D:E9:…')
  ANDROID_APP_FINGERPRINTS?: string[];

  /** Native apps on iOS that open links to `/app`: team and bundle, such as `ABCDE12345.kr.example.pushguard`. */
  @IsOptional()
  @IsListOf(/^[A-Z0-9]{10}\.[A-Za-z0-9.-]{1,155}$/, 'must be team and bundle, such as ABCDE12345.kr.example.app')
  IOS_APP_IDS?: string[];

  /** Where the native apps are offered; shown to a person who enrols a phone of this system. */
  @IsOptional()
  @IsPlainUrl()
  @IsUrl({ require_protocol: true, protocols: ['https'] })
  ANDROID_STORE_URL?: string;

  @IsOptional()
  @IsPlainUrl()
  @IsUrl({ require_protocol: true, protocols: ['https'] })
  IOS_STORE_URL?: string;

  /** Where weaknesses are reported, separated by commas: addresses with `mailto:` or `https:`, for /.well-known/security.txt. */
  @IsOptional()
  @IsListOf(/^(mailto:[^\s@]+@[^\s@]+|https:\/\/[^\s@]+)$/, 'must be addresses, each with mailto: or https://')
  SECURITY_CONTACT?: string[];

  /** The page with the policy for such reports. */
  @IsOptional()
  @IsPlainUrl()
  @IsUrl({ require_protocol: true, protocols: ['https'] })
  SECURITY_POLICY_URL?: string;
}

/** The variables that `npm run start:prod` requires. A push hub and an SMS broker stand in for some of them. */
function requiredInProduction(environment: Environment): readonly (keyof Environment)[] {
  return [
    ...(['ISSUER', 'DATABASE_URL', 'KEYRING'] as const),
    ...(environment.hubCarries('fcm') ? [] : (['FCM_SERVICE_ACCOUNT'] as const)),
    ...(environment.hubCarries('apns') ? [] : (['APNS_KEY', 'APNS_KEY_ID', 'APNS_TEAM_ID', 'APNS_TOPIC'] as const)),
    ...(environment.SMS_HTTP_URL === undefined ? (['SMPP_URL'] as const) : []),
  ];
}

/** What is wrong with the addresses of broker and hub, and with the order of gateways, each as a line. */
function gatewayFaults(environment: Environment, isNamed: (name: string) => boolean): Fault[] {
  const faults: Fault[] = [];
  for (const name of ['SMS_HTTP', 'PUSH_HTTP'] as const) {
    const [url, secret, token] = [`${name}_URL`, `${name}_SECRET`, `${name}_TOKEN`] as const;
    const subnets = `${name}_ALLOW_SUBNETS` as const;
    const address = environment[url];
    if (address === undefined || [url, secret, token, subnets].some(isNamed)) continue;
    if (environment[secret].length === 0 && environment[token] === undefined)
      faults.push({ variable: secret, fault: `is required with ${url}, unless ${token} is given` });
    const isProduction = environment.NODE_ENV === 'production';
    const judged = judgeOutboundUrl(address, { isProduction, allowed: networksOf(environment[subnets]) });
    if (typeof judged === 'string')
      faults.push({ variable: url, fault: `${url} cannot be used. ${judged.replace(/^Send/, 'Give')}` });
  }
  const { SMS_HTTP_SECRET, SMS_HTTP_TEMPLATE = '' } = environment;
  if (/\{\{\s*receiptUrl\s*\}\}/.test(SMS_HTTP_TEMPLATE) && SMS_HTTP_SECRET.length === 0 && !isNamed('SMS_HTTP_SECRET'))
    faults.push({
      variable: 'SMS_HTTP_SECRET',
      fault: 'is required with {{receiptUrl}}, because receipts are signed with it',
    });
  for (const name of environment.SMS_GATEWAYS ?? []) {
    const address = SMS_ADDRESS[name];
    if (environment.NODE_ENV !== 'production' && name === 'smpp') continue;
    if (environment[address] === undefined && !isNamed(address) && !isNamed('SMS_GATEWAYS'))
      faults.push({ variable: address, fault: `is required with ${name} in SMS_GATEWAYS` });
  }
  return faults;
}

/** Every variable that the class describes: a property without a rule is not a variable. */
const VARIABLES = new Set(
  getMetadataStorage()
    .getTargetValidationMetadatas(Environment, '', false, false)
    .map(({ propertyName }) => propertyName),
);

/** A variable that has to be corrected: what is wrong with it, and never its value. */
export interface Fault {
  variable: string;
  fault: string;
}

/**
 * Reads and validates the environment; `required` names the variables that the caller cannot do without. Throws one error
 * that names every faulty variable, and no value.
 */
export function readEnvironment(
  variables: Record<string, string | undefined>,
  required: readonly (keyof Environment)[] = [],
): Environment {
  const { environment, faults } = inspectEnvironment(variables, required);
  if (faults.length > 0) throw new Error(`Correct these environment variables:\n  ${linesOf(faults).join('\n  ')}`);
  return environment;
}

/** As {@link readEnvironment}, but returns the faults beside what was read. A faulty variable has the value that was given. */
export function inspectEnvironment(
  variables: Record<string, string | undefined>,
  required: readonly (keyof Environment)[] = [],
): { environment: Environment; faults: Fault[] } {
  const { given, faults } = readValues(variables);
  const environment = plainToInstance(Environment, given);
  for (const { property, constraints } of validateSync(environment, {
    validationError: { target: false, value: false },
  }))
    faults.push({ variable: property, fault: Object.values(constraints ?? {}).join(', ') });
  const isNamed = (name: string) => faults.some(({ variable }) => variable === name || variable === `${name}_FILE`);
  const require = (name: keyof Environment, why: string) => {
    if (!environment[name] && !isNamed(name)) faults.push({ variable: name, fault: `is required${why}` });
  };
  if (environment.NODE_ENV === 'production') {
    for (const name of requiredInProduction(environment)) require(name, ' in production');
  }
  for (const name of required) require(name, '');
  if (environment.APNS_KEY) {
    for (const name of ['APNS_KEY_ID', 'APNS_TEAM_ID', 'APNS_TOPIC'] as const) require(name, ' with APNS_KEY');
  }
  faults.push(...gatewayFaults(environment, isNamed));
  if (environment.CARRIER_DIRECTORY_MAPPING && environment.CARRIER_DIRECTORY_KIND !== 'tmf637')
    faults.push({
      variable: 'CARRIER_DIRECTORY_MAPPING',
      fault: 'is for CARRIER_DIRECTORY_KIND=tmf637; the plain JSON call has no mapping',
    });
  for (const [one, other] of [
    ['ANDROID_APP_PACKAGE', 'ANDROID_APP_FINGERPRINTS'],
    ['ANDROID_APP_FINGERPRINTS', 'ANDROID_APP_PACKAGE'],
  ] as const)
    if (environment[one] && !isNamed(one)) require(other, ` with ${one}`);
  return { environment, faults };
}

function linesOf(faults: readonly Fault[]): string[] {
  return faults.map(({ variable, fault }) => `${variable}: ${fault}`);
}

/** The variables that look like one of the service's and are none, each with the nearest name that is known. */
export function misspelt(variables: Record<string, string | undefined>): { name: string; nearest: string }[] {
  return unknownVariables(variables, [...VARIABLES]);
}

/** The variables that are given as files, with the path of each. */
export function givenFiles(variables: Record<string, string | undefined>): { name: string; path: string }[] {
  return [...VARIABLES].flatMap((variable) => {
    const path = variables[`${variable}_FILE`]?.trim();
    return path ? [{ name: `${variable}_FILE`, path }] : [];
  });
}

/** What a running process reads again from files: secrets that change while it runs. */
const RENEWABLE = [
  'KEYRING',
  'FCM_SERVICE_ACCOUNT',
  'APNS_KEY',
  'APNS_KEY_ID',
  'APNS_TEAM_ID',
  'PUSH_HTTP_SECRET',
  'PUSH_HTTP_TOKEN',
  'SMPP_URL',
  'SMS_HTTP_SECRET',
  'SMS_HTTP_TOKEN',
  'CARRIER_DIRECTORY_TOKEN',
] as const satisfies readonly (keyof Environment)[];

/** Secrets as they stand in their files. */
export type Secrets = Partial<Pick<Environment, (typeof RENEWABLE)[number]>>;

/** The secrets that come from files, with the path of each. A variable that is given itself does not change. */
export function secretFiles(variables: Record<string, string | undefined>): Map<keyof Secrets, string> {
  const files = RENEWABLE.flatMap((name) => {
    const path = variables[`${name}_FILE`]?.trim();
    return path && variables[name] === undefined ? [[name, path] as const] : [];
  });
  return new Map(files);
}

/** The names of the secrets that are not what they were. Some are lists. */
export function changedSecrets(former: Secrets, next: Secrets): (keyof Secrets)[] {
  const given = Object.keys(next) as (keyof Secrets)[];
  return given.filter((name) => JSON.stringify(next[name]) !== JSON.stringify(former[name]));
}

/**
 * Reads the secrets in files again. Throws one error that names every faulty variable, and no value, if the process could
 * not start with them.
 */
export function readSecretsAgain(variables: Record<string, string | undefined>): Secrets {
  const names = [...secretFiles(variables).keys()];
  const environment = readEnvironment(variables, names);
  return Object.fromEntries(names.map((name) => [name, environment[name]]));
}

/**
 * Reads the environment of this process. Ends the process with `code` after one message that names every faulty variable.
 * Warns of variables that look like one of the service's and are none.
 */
export function readProcessEnvironment(required: readonly (keyof Environment)[] = [], code = 1): Environment {
  for (const { name, nearest } of misspelt(process.env))
    process.stderr.write(`The environment variable ${name} is unknown. Is ${nearest} meant?\n`);
  try {
    return readEnvironment(process.env, required);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    process.exit(code);
  }
}

/** The values that are given, without the blanks around them, and the files that cannot be read. */
function readValues(variables: Record<string, string | undefined>): {
  given: Record<string, string>;
  faults: Fault[];
} {
  const given: Record<string, string> = {};
  const faults: Fault[] = [];
  for (const name of VARIABLES) {
    const path = variables[`${name}_FILE`]?.trim();
    let value = variables[name];
    if (value === undefined && path) {
      value = readSecret(path);
      if (value === undefined) faults.push({ variable: `${name}_FILE`, fault: 'cannot be read' });
    }
    const trimmed = value?.trim();
    if (trimmed) given[name] = trimmed;
  }
  return { given, faults };
}

function readSecret(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
