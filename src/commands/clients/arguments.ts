import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import {
  readAssertionAudience,
  readAuthMethod,
  readClientId,
  readDeliveryMode,
  readFrameOrigins,
  readIdTokenAlgorithm,
  readJwks,
  readJwksUri,
  readName,
  readNotificationEndpoint,
  readRequestSigningAlg,
  readReturnUrls,
  readScopes,
  readSector,
  readStartsPerMinute,
  readVendorCode,
  readWindowHost,
  refused,
  type ClientSettings,
} from '../../relying-parties/client-settings.ts';
import type { Environment } from '../../../config/environment.ts';
import { outboundRules } from '../../gateways/outbound/outbound-address.ts';
import { orSee, readCommand, readReason, readSeconds } from '../terminal.ts';

/** What of the environment decides about settings. */
type CommandEnvironment = Pick<Environment, 'VENDOR_CODE' | 'NODE_ENV' | 'WEBHOOK_ALLOW_SUBNETS'>;

const SEE = 'See: npm run client -- --help';

/** What was asked for, checked. `subject` is the name for `add`, and the client id for the others. */
export interface Wanted {
  command: keyof typeof TAKES;
  subject: string;
  /** Of a client that is added; undefined for one that is made up. */
  id: string | undefined;
  settings: ClientSettings;
  /** Keys of test mode: wanted, to be taken away, or as they are. */
  test: boolean | undefined;
  overlapSeconds: number;
  reason: string | undefined;
  json: boolean;
}

const OPTIONS = {
  id: { type: 'string' },
  name: { type: 'string' },
  scope: { type: 'string', multiple: true },
  'return-url': { type: 'string', multiple: true },
  'frame-origin': { type: 'string', multiple: true },
  'window-host': { type: 'string' },
  'auth-method': { type: 'string' },
  jwks: { type: 'string' },
  'jwks-uri': { type: 'string' },
  test: { type: 'boolean' },
  'test-jwks': { type: 'string' },
  'assertion-audience': { type: 'string' },
  'vendor-code': { type: 'string' },
  'starts-per-minute': { type: 'string' },
  'refuses-sms': { type: 'boolean' },
  'requires-registration': { type: 'boolean' },
  'ciba-mode': { type: 'string' },
  'ciba-notification-endpoint': { type: 'string' },
  'ciba-signing-alg': { type: 'string' },
  'may-name-by-number': { type: 'boolean' },
  fapi: { type: 'boolean' },
  camara: { type: 'boolean' },
  'dpop-bound': { type: 'boolean' },
  'signed-requests': { type: 'boolean' },
  'log-in-match': { type: 'boolean' },
  'id-token-alg': { type: 'string' },
  sector: { type: 'string' },
  overlap: { type: 'string' },
  reason: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

type Values = ReturnType<typeof parse>['values'];
type Option = keyof typeof OPTIONS;

const SETTINGS: readonly Option[] = [
  'scope',
  'return-url',
  'frame-origin',
  'window-host',
  'auth-method',
  'jwks',
  'jwks-uri',
  'test-jwks',
  'assertion-audience',
  'vendor-code',
  'starts-per-minute',
  'refuses-sms',
  'requires-registration',
  'ciba-mode',
  'ciba-notification-endpoint',
  'ciba-signing-alg',
  'may-name-by-number',
  'fapi',
  'camara',
  'dpop-bound',
  'signed-requests',
  'log-in-match',
  'id-token-alg',
  'sector',
];

/** The options that each command takes besides `--json` and `--help`. */
const TAKES = {
  add: ['id', 'test', 'reason', ...SETTINGS],
  list: [],
  show: [],
  change: ['name', 'test', 'reason', ...SETTINGS],
  rotate: ['overlap', 'test', 'reason'],
  disable: ['reason'],
} satisfies Record<string, readonly Option[]>;

const DAY_SECONDS = 86_400;
const MAX_OVERLAP_SECONDS = 90 * DAY_SECONDS;
/** The longest file of keys: twenty of RSA with 4096 bits take a third of it. */
const MAX_JWKS_BYTES = 64 * 1024;

/** Takes an empty list or setting away. */
const NONE = 'none';

/**
 * Reads the words after the command. Returns undefined when help is asked for. Throws `invalid_request` with a sentence
 * that says what to do.
 */
export function readArguments(words: string[], environment: CommandEnvironment): Wanted | undefined {
  const { values, positionals } = parse(words);
  if (values.help) return undefined;
  const [first, ...subjects] = positionals;
  const command = readCommand(first, values, TAKES, SEE);
  return {
    command,
    subject: readSubject(command, subjects),
    id: values.id === undefined ? undefined : readClientId(values.id),
    settings: readSettings(command, values, environment),
    test: readTest(command, values),
    overlapSeconds: readOverlap(values.overlap ?? '24h'),
    reason: readReason(values.reason),
    json: values.json ?? false,
  };
}

function parse(words: string[]) {
  return orSee(SEE, () => {
    const read = parseArgs({
      args: words,
      options: OPTIONS,
      allowPositionals: true,
      allowNegative: true,
      tokens: true,
    });
    expectOnce(read.tokens);
    return read;
  });
}

/** Of an option that was given twice, only one value would count. */
function expectOnce(tokens: readonly { kind: string; name?: string }[]): void {
  const given = tokens.flatMap(({ kind, name }) => (kind === 'option' && name !== undefined ? [name] : []));
  for (const [name, option] of Object.entries(OPTIONS)) {
    const times = given.filter((one) => one.replace(/^no-/, '') === name).length;
    if (times > 1 && !('multiple' in option)) throw refused(`Give --${name} once.`);
  }
}

function readSubject(command: Wanted['command'], [subject, ...others]: string[]): string {
  if (command === 'list') {
    if (subject !== undefined) throw refused('list takes nothing but --json.');
    return '';
  }
  if (subject === undefined || others.length > 0) {
    throw refused(
      command === 'add'
        ? 'Give the name of the client, in quotes if it has blanks: add "Name" --scope=authentications'
        : `Give one client id: ${command} <client-id>. See: npm run client -- list`,
    );
  }
  return command === 'add' ? readName(subject) : subject;
}

function readSettings(command: Wanted['command'], values: Values, environment: CommandEnvironment): ClientSettings {
  const { name, scope, jwks } = values;
  const testJwks = values['test-jwks'];
  const host = values['window-host'];
  const vendorCode = values['vendor-code'];
  const settings: ClientSettings = {
    ...(name !== undefined && { name: readName(name) }),
    ...(scope !== undefined && { scopes: readScopes(listed(scope)) }),
    ...given(values['return-url'], (texts) => ({ returnUrls: readReturnUrls(addresses(texts)) })),
    ...given(values['frame-origin'], (texts) => ({ frameOrigins: readFrameOrigins(addresses(texts)) })),
    ...(host !== undefined && { windowHost: host === NONE ? null : readWindowHost(host) }),
    ...given(values['auth-method'], (text) => ({ tokenEndpointAuthMethod: readAuthMethod(text) })),
    ...given(values['assertion-audience'], (text) => ({ assertionAudience: readAssertionAudience(text) })),
    ...(vendorCode !== undefined && {
      vendorCode: vendorCode === NONE ? null : readVendorCode(vendorCode, environment.VENDOR_CODE),
    }),
    ...given(values['starts-per-minute'], (text) => ({ startsPerMinute: readStartsPerMinute(text) })),
    ...given(values['refuses-sms'], (refusesSms) => ({ refusesSms })),
    ...given(values['requires-registration'], (requiresRegistration) => ({ requiresRegistration })),
    ...given(values['ciba-mode'], (text) => ({ backchannelTokenDeliveryMode: readDeliveryMode(text) })),
    ...given(values['ciba-notification-endpoint'], (text) => ({
      backchannelClientNotificationEndpoint:
        text === NONE ? null : readNotificationEndpoint(text, outboundRules(environment)),
    })),
    ...given(values['ciba-signing-alg'], (text) => ({
      backchannelAuthenticationRequestSigningAlg: text === NONE ? null : readRequestSigningAlg(text),
    })),
    ...given(values['may-name-by-number'], (mayNameByNumber) => ({ mayNameByNumber })),
    ...given(values.fapi, (fapi) => ({ fapi })),
    ...given(values.camara, (camara) => ({ camara })),
    ...given(values['dpop-bound'], (dpopBoundAccessTokens) => ({ dpopBoundAccessTokens })),
    ...given(values['signed-requests'], (requireSignedRequestObject) => ({ requireSignedRequestObject })),
    ...given(values['log-in-match'], (logInMatch) => ({ logInMatch })),
    ...given(values['id-token-alg'], (text) => ({ idTokenSignedResponseAlg: readIdTokenAlgorithm(text) })),
    ...given(values.sector, (text) => ({ sector: text === NONE ? null : readSector(text) })),
    ...(jwks !== undefined && { jwks: readJwks(readJwksFile(jwks)) }),
    ...given(values['jwks-uri'], (text) => ({ jwksUri: readJwksUri(text, outboundRules(environment)) })),
    ...(testJwks !== undefined && { testJwks: testJwks === NONE ? null : readJwks(readJwksFile(testJwks)) }),
  };
  if (command === 'add' && settings.scopes === undefined) readScopes([]);
  if (command === 'change' && Object.keys(settings).length === 0 && values.test === undefined)
    throw refused(`Give at least one setting to change. ${SEE}`);
  return settings;
}

function readTest(command: Wanted['command'], { test, 'test-jwks': testJwks }: Values): boolean | undefined {
  if (test === true && command === 'change')
    throw refused('Make a test secret with: rotate <client-id> --test, or give --test-jwks=FILE.');
  if (test === false && command !== 'change') throw refused(`${command} takes no --no-test. Use change --no-test.`);
  if (test !== undefined && testJwks !== undefined) throw refused('Give --test or --test-jwks, not both.');
  return test;
}

function given<Value, Setting extends ClientSettings>(
  value: Value | undefined,
  read: (value: Value) => Setting,
): Setting | undefined {
  return value === undefined ? undefined : read(value);
}

function listed(texts: readonly string[]): string[] {
  return texts.flatMap((text) => text.split(/[\s,]+/)).filter((one) => one !== '');
}

/** An address may have a comma in its query, so each is given by itself. */
function addresses(texts: readonly string[]): string[] {
  return texts.length === 1 && texts[0] === NONE ? [] : [...texts];
}

function readJwksFile(path: string): string {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path === '-' ? process.stdin.fd : path);
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    throw refused(`The JWKS cannot be read from ${path === '-' ? 'standard input' : path} (${code}).`);
  }
  if (bytes.length > MAX_JWKS_BYTES) throw refused('The JWKS must have at most 64 KiB.');
  return bytes.toString('utf8').replace(/^\ufeff/, '');
}

function readOverlap(text: string): number {
  const seconds = text === '0' ? 0 : readSeconds(text, 8);
  if (seconds !== undefined && seconds <= MAX_OVERLAP_SECONDS) return seconds;
  throw refused('The overlap must be a number with s, m, h or d, such as 24h, at most 90d; or 0.');
}
