import { readFileSync } from 'node:fs';
import { plainToInstance, Transform } from 'class-transformer';
import { IsBoolean, IsIn, IsInt, IsOptional, IsString, IsUrl, Matches, Max, Min, validateSync } from 'class-validator';

const HOST_AND_PORT = /^[\w.-]+:\d{1,5}$/;

/**
 * All that can be configured, read from the environment once. Every variable may instead be given as a file:
 * `NAME_FILE` holds the path of what `NAME` would hold, which is how orchestrators mount secrets.
 */
export class Environment {
  /** `production` refuses every embedded default. */
  @IsIn(['development', 'production', 'test'])
  NODE_ENV: 'development' | 'production' | 'test' = 'development';

  /** What this process does: answer callers, hand pushes over, or both. */
  @IsIn(['all', 'api', 'worker'])
  ROLE: 'all' | 'api' | 'worker' = 'all';

  @IsString()
  HOST: string = '127.0.0.1';

  /** The host as a URL has it: an IPv6 address in brackets. */
  get hostInUrl(): string {
    return this.HOST.includes(':') ? `[${this.HOST}]` : this.HOST;
  }

  /** 0 takes any free port. */
  @Transform(({ value }) => Number(value))
  @IsInt()
  @Min(0)
  @Max(65_535)
  PORT: number = 3000;

  /** Health and metrics, for operations alone. 0 takes any free port. */
  @Transform(({ value }) => Number(value))
  @IsInt()
  @Min(0)
  @Max(65_535)
  MANAGEMENT_PORT: number = 3001;

  /** The address under which callers know the service, with no slash at the end. */
  @IsOptional()
  @IsUrl({ require_tld: false, require_protocol: true })
  @Matches(/[^/]$/, { message: 'ISSUER must not end in a slash' })
  ISSUER: string;

  /** Addresses of the proxies whose X-Forwarded-For is believed, by comma. */
  @Transform(({ value }) => String(value).split(',').filter(Boolean))
  @IsString({ each: true })
  TRUST_PROXY: string[] = [];

  /** Where the embedded defaults keep their data. */
  @IsString()
  DATA_DIR: string = '.data';

  @IsOptional()
  @Matches(/^postgres(ql)?:\/\//)
  DATABASE_URL?: string;

  /** Whose the tables are: with it they are made and changed, and the role of DATABASE_URL is only given their use. */
  @IsOptional()
  @Matches(/^postgres(ql)?:\/\//)
  MIGRATION_DATABASE_URL?: string;

  /** Connections of one process. */
  @Transform(({ value }) => Number(value))
  @IsInt()
  @Min(2)
  @Max(500)
  DATABASE_POOL: number = 16;

  /** Puts the queue on Redis or Valkey; without it, it is on PostgreSQL. */
  @IsOptional()
  @Matches(/^rediss?:\/\//)
  REDIS_URL?: string;

  /** The keyring as JSON; see "Keys" in src/developers/guide/operation.md. */
  @IsOptional()
  @IsString()
  KEYRING?: string;

  /** Google's service account as JSON. */
  @IsOptional()
  @IsString()
  FCM_SERVICE_ACCOUNT?: string;

  /** host:port of a relay in front of FCM; tests point it at a local server. */
  @IsOptional()
  @Matches(HOST_AND_PORT)
  FCM_ENDPOINT?: string;

  /** The certificate authority to trust there, PEM. */
  @IsOptional()
  @IsString()
  FCM_ENDPOINT_CA?: string;

  /** Apple's .p8 key. */
  @IsOptional()
  @IsString()
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

  /** Apple's production platform rather than its sandbox. */
  @Transform(({ value }) => value === true || value === 'true')
  @IsBoolean()
  APNS_PRODUCTION: boolean = true;

  @IsOptional()
  @Matches(HOST_AND_PORT)
  APNS_ENDPOINT?: string;

  /** The certificate authority to trust there, PEM. */
  @IsOptional()
  @IsString()
  APNS_ENDPOINT_CA?: string;

  /** smpp://systemId:password@host:port */
  @IsOptional()
  @Matches(/^ssmpp:\/\/|^smpp:\/\//)
  SMPP_URL?: string;

  /** The number that text messages come from. */
  @IsString()
  SMS_SENDER: string = '1566';

  /** Carriers whose lines may subscribe, by comma. An MVNO counts only when it is named. */
  @Transform(({ value }) => String(value).split(',').filter(Boolean))
  @IsString({ each: true })
  HOME_CARRIERS: string[] = ['SKT'];

  /** The carrier's TMF637 product inventory, asked when somebody joins; without it, our own register of lines is. */
  @IsOptional()
  @IsUrl({ require_tld: false, require_protocol: true })
  CARRIER_DIRECTORY_URL?: string;

  /** The bearer token for it. */
  @IsOptional()
  @IsString()
  CARRIER_DIRECTORY_TOKEN?: string;

  /** Won a month. */
  @Transform(({ value }) => Number(value))
  @IsInt()
  @Min(0)
  @Max(1_000_000)
  MONTHLY_FEE: number = 1_100;

  /** Days for which the code in an activation letter is good: the post's, and some for the person. */
  @Transform(({ value }) => Number(value))
  @IsInt()
  @Min(1)
  @Max(30)
  ACTIVATION_LETTER_DAYS: number = 14;

  /** Hours for which relying parties are told that a person's app was issued anew after a loss. */
  @Transform(({ value }) => Number(value))
  @IsInt()
  @Min(0)
  @Max(8_760)
  REISSUE_COOLING_HOURS: number = 24;

  /** What people write beside the serial number of an authenticator that the service itself gave out. */
  @Matches(/^[A-Z0-9]{2,8}$/)
  VENDOR_CODE: string = 'PG';

  /** Minutes for which a subscriber may permit SMS for one relying party; 0 permits it nowhere. */
  @Transform(({ value }) => Number(value))
  @IsInt()
  @Min(0)
  @Max(60)
  SMS_PERMISSION_MINUTES: number = 10;

  /** Days for which authentications and carriers' events are kept; the law asks two years of a carrier's access records. */
  @Transform(({ value }) => Number(value))
  @IsInt()
  @Min(1)
  HISTORY_DAYS: number = 730;

  /**
   * Minutes from the carrier's word of a new handset until its enrolment code goes there by SMS: the time in which
   * whoever holds the old phone, which was told, can object.
   */
  @Transform(({ value }) => Number(value))
  @IsInt()
  @Min(0)
  @Max(10_080)
  NEW_PHONE_WAIT_MINUTES: number = 10;
}

/** What `npm run start:prod` cannot run without. */
const REQUIRED_IN_PRODUCTION = [
  'ISSUER',
  'DATABASE_URL',
  'KEYRING',
  'FCM_SERVICE_ACCOUNT',
  'APNS_KEY',
  'APNS_KEY_ID',
  'APNS_TEAM_ID',
  'APNS_TOPIC',
  'SMPP_URL',
] as const satisfies readonly (keyof Environment)[];

/** Reads and checks the environment. Throws one error that names every variable to be mended, and no value. */
export function readEnvironment(variables: Record<string, string | undefined>): Environment {
  const known = Object.keys(plainToInstance(Environment, {})).concat(REQUIRED_IN_PRODUCTION, OPTIONAL);
  const given: Record<string, string> = {};
  for (const name of known) {
    const value = variables[name] ?? readSecret(name, variables[`${name}_FILE`]);
    if (value !== undefined && value !== '') given[name] = value;
  }
  const environment = plainToInstance(Environment, given);
  const faults = validateSync(environment, { validationError: { target: false, value: false } }).map(
    ({ property, constraints }) => `${property}: ${Object.values(constraints ?? {}).join(', ')}`,
  );
  if (environment.NODE_ENV === 'production') {
    for (const name of REQUIRED_IN_PRODUCTION)
      if (!environment[name]) faults.push(`${name}: is required in production`);
  }
  if (faults.length > 0) throw new Error(`The environment has to be mended:\n  ${faults.join('\n  ')}`);
  return environment;
}

const OPTIONAL = [
  'MIGRATION_DATABASE_URL',
  'REDIS_URL',
  'FCM_ENDPOINT',
  'FCM_ENDPOINT_CA',
  'APNS_ENDPOINT',
  'APNS_ENDPOINT_CA',
  'CARRIER_DIRECTORY_URL',
  'CARRIER_DIRECTORY_TOKEN',
] as const satisfies readonly (keyof Environment)[];

function readSecret(name: string, path: string | undefined): string | undefined {
  if (!path) return undefined;
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    throw new Error(`The environment has to be mended:\n  ${name}_FILE: cannot be read`);
  }
}
