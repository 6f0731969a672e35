import { inspectEnvironment, misspelt, type Environment, type Fault } from '../../../config/environment.ts';
import { joinRunning } from '../../embedded/running-embedded.ts';
import { databaseLines } from './database.ts';
import { adoptionLines, diskLines, issuerLines, legalLines, portLines, secretFileLines } from './host.ts';
import { judged } from './judged.ts';
import { note, ok, reasonOf, unknown, wrong, type Line } from './line.ts';
import { apnsLines, directoryLines, fcmLines, smsLines, webPushLines } from './platforms.ts';
import { proxyLines } from './proxies.ts';
import { queueLines } from './queue.ts';
import { traceLines } from './traces.ts';

type Variables = Record<string, string | undefined>;

/** Milliseconds in which everything about one neighbour must be known; the parts of the database have their own. */
const [CHECK_MS, DATABASE_MS] = [20_000, 60_000];

interface Check {
  name: string;
  /** The variables without which it cannot be tried. */
  of: readonly (keyof Environment)[];
  /** Milliseconds, where it takes longer than others. */
  ms?: number;
  look: (environment: Environment, variables: Variables) => Line[] | Promise<Line[]>;
}

const HUB = [
  'PUSH_HTTP_URL',
  'PUSH_HTTP_FOR',
  'PUSH_HTTP_SECRET',
  'PUSH_HTTP_TOKEN',
  'PUSH_HTTP_ALLOW_SUBNETS',
] as const;

/** What is tried, in the order of the report. All of it is tried at once. */
const CHECKS: readonly Check[] = [
  { name: 'secret files', of: [], look: (_environment, variables) => secretFileLines(variables) },
  {
    name: 'database',
    of: [
      'DATABASE_URL',
      'QUEUE_DATABASE_URL',
      'MIGRATION_DATABASE_URL',
      'DATABASE_READ_URL',
      'MIGRATE_ON_START',
      'KEYRING',
      'DATABASE_POOL',
      'JOURNAL_FILE',
    ],
    ms: DATABASE_MS,
    look: databaseLines,
  },
  { name: 'queue', of: ['REDIS_URL', 'DATABASE_URL', 'QUEUE_DATABASE_URL', 'MIGRATE_ON_START'], look: queueLines },
  {
    name: 'fcm',
    of: ['FCM_SERVICE_ACCOUNT', 'FCM_ENDPOINT', 'FCM_ENDPOINT_CA', ...HUB],
    look: fcmLines,
  },
  {
    name: 'apns',
    of: [
      'APNS_KEY',
      'APNS_KEY_ID',
      'APNS_TEAM_ID',
      'APNS_TOPIC',
      'APNS_PRODUCTION',
      'APNS_ENDPOINT',
      'APNS_ENDPOINT_CA',
      ...HUB,
    ],
    look: apnsLines,
  },
  { name: 'web push', of: ['KEYRING'], look: webPushLines },
  {
    name: 'sms',
    of: ['SMS_GATEWAYS', 'SMPP_URL', 'SMS_HTTP_URL', 'SMS_HTTP_SECRET', 'SMS_HTTP_TOKEN', 'SMS_HTTP_ALLOW_SUBNETS'],
    look: smsLines,
  },
  {
    name: 'directory',
    of: ['CARRIER_DIRECTORY_URL', 'CARRIER_DIRECTORY_TOKEN', 'CARRIER_DIRECTORY_KIND', 'CARRIER_DIRECTORY_MAPPING'],
    look: directoryLines,
  },
  { name: 'proxies', of: ['WEBHOOK_PROXY', 'WEB_PUSH_PROXY', 'WEBHOOK_ALLOW_SUBNETS'], look: proxyLines },
  {
    name: 'traces',
    of: ['OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'OTEL_SDK_DISABLED'],
    look: traceLines,
  },
  { name: 'legal texts', of: ['LEGAL_TEXTS'], look: legalLines },
  { name: 'brand and words', of: ['ADOPTION_DIR'], look: adoptionLines },
  { name: 'disk', of: ['DATA_DIR', 'JOURNAL_FILE'], look: diskLines },
  { name: 'ports', of: ['HOST', 'PORT', 'MANAGEMENT_PORT', 'ROLE'], look: portLines },
  { name: 'issuer', of: ['ISSUER'], look: issuerLines },
];

/** Tries every setting and every neighbour, and leaves nothing behind. */
export async function examine(variables: Variables): Promise<Line[]> {
  const { environment, faults } = inspectEnvironment(variables);
  const lines = configurationLines(faults, variables);
  const faulty = new Set(faults.map(({ variable }) => variable.replace(/_FILE$/, '')));
  if (!faulty.has('DATABASE_URL') && !faulty.has('KEYRING')) {
    await joinRunning(environment).catch((error: unknown) => {
      faulty.add('DATABASE_URL');
      lines.push(unknown('configuration', reasonOf(error).replace(/\.$/, ''), 'Nothing of the database is tried.'));
    });
  }
  const found = await Promise.all(CHECKS.map((check) => lookAt(check, environment, { variables, faulty })));
  return [...lines, ...found.flat()];
}

function configurationLines(faults: readonly Fault[], variables: Variables): Line[] {
  const lines = faults.map(({ variable, fault }) =>
    wrong('configuration', `${variable}: ${fault}`, `Correct ${variable}.`),
  );
  if (lines.length === 0) lines.push(ok('configuration', 'every variable can be used'));
  const slips = misspelt(variables).map(({ name, nearest }) =>
    note('configuration', `${name} is unknown`, `If ${nearest} is meant, rename it.`),
  );
  return [...lines, ...slips];
}

async function lookAt(
  { name, of, look, ms = CHECK_MS }: Check,
  environment: Environment,
  { variables, faulty }: { variables: Variables; faulty: ReadonlySet<string> },
): Promise<Line[]> {
  const wanting = of.filter((one) => faulty.has(one));
  if (wanting.length > 0) return [unknown(name, 'was not tried', `Correct ${wanting.join(', ')} first.`)];
  return judged(name, ms, () => look(environment, variables));
}
