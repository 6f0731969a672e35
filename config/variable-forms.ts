import { applyDecorators } from '@nestjs/common';
import { Transform } from 'class-transformer';
import { IsBoolean, IsString, ValidateBy } from 'class-validator';
import { isIP } from 'node:net';
import { parseKeyring } from '../src/crypto/keyring.ts';
import { areCertificates, isP256PrivateKey, isServiceAccount } from '../src/crypto/secret-forms.ts';
import { readWebhookSecret } from '../src/crypto/webhook-signature.ts';
import { DatabaseAddress } from '../src/database/database-address.ts';
import { parseMapping } from '../src/gateways/directory/characteristics.ts';
import { SmsTemplate } from '../src/gateways/sms/http.template.ts';

/** A switch: `true`, `1`, `yes` and `on` in any case, or `false`, `0`, `no` and `off`. */
export function Switch(): PropertyDecorator {
  const read = (value: unknown): unknown => {
    const word = String(value).toLowerCase();
    if (['true', '1', 'yes', 'on'].includes(word)) return true;
    return ['false', '0', 'no', 'off'].includes(word) ? false : value;
  };
  return applyDecorators(
    Transform(({ value }) => read(value)),
    IsBoolean({ message: '$property must be true, 1, yes or on, or else false, 0, no or off' }),
  );
}

/** Entries separated by commas; blanks around them are ignored. */
export function List(): PropertyDecorator {
  const read = (value: unknown) =>
    String(value)
      .split(',')
      .map((entry) => entry.trim())
      .filter(Boolean);
  return applyDecorators(
    Transform(({ value }) => read(value)),
    IsString({ each: true }),
  );
}

/** Names that the web server knows for whole networks of proxies. */
const PROXY_NETWORKS = ['loopback', 'linklocal', 'uniquelocal'];

/** A list of proxies, each an address, a network as `10.0.0.0/8` or `10.0.0.0/255.0.0.0`, or a name for networks. */
export function IsProxies(): PropertyDecorator {
  const sentence = `must name addresses, networks such as 10.0.0.0/8, or ${PROXY_NETWORKS.join(', ')}`;
  return applyDecorators(
    List(),
    ValidateBy({
      name: 'proxies',
      validator: {
        validate: (value) => Array.isArray(value) && value.every((one) => isProxy(String(one))),
        defaultMessage: (context) => `${context?.property} ${sentence}`,
      },
    }),
  );
}

/** A list whose entries each have one form; `sentence` says which. */
export function IsListOf(entry: RegExp, sentence: string): PropertyDecorator {
  return applyDecorators(
    List(),
    ValidateBy({
      name: 'listOf',
      validator: {
        validate: (value) => Array.isArray(value) && value.length > 0 && value.every((one) => entry.test(String(one))),
        defaultMessage: (context) => `${context?.property} ${sentence}`,
      },
    }),
  );
}

/** A list of networks, each as `10.0.0.0/8`. */
export function IsNetworks(): PropertyDecorator {
  return applyDecorators(
    List(),
    ValidateBy({
      name: 'networks',
      validator: {
        validate: (value) => Array.isArray(value) && value.every((one) => isNetwork(String(one))),
        defaultMessage: (context) => `${context?.property} must name networks such as 10.0.0.0/8 or fd00::/8`,
      },
    }),
  );
}

/** `host:port`, with a port from 1 to 65535. */
export function IsHostAndPort(): PropertyDecorator {
  return form((text) => {
    const port = Number(/^[\w.-]+:(\d{1,5})$/.exec(text)?.[1] ?? 0);
    return port > 0 && port <= 65_535 ? null : 'must be host:port, with a port from 1 to 65535';
  });
}

/** An address for HTTP without user and password, which would end in logs and in what callers are told. */
export function IsPlainUrl(): PropertyDecorator {
  return form((text) => {
    const url = URL.parse(text);
    return url?.username || url?.password ? 'must have no user and no password' : null;
  });
}

/** Where a person is reached: an address with `mailto:`, or with `https:` and without user and password. */
export function IsContact(): PropertyDecorator {
  const sentence = 'must begin with mailto: or https://';
  return form((text) => {
    if (/^mailto:[^\s@]+@[^\s@]+$/.test(text)) return null;
    const url = URL.parse(text);
    return url?.protocol === 'https:' && !url.username && !url.password ? null : sentence;
  });
}

/** The keyring, checked part by part. */
export function IsKeyring(): PropertyDecorator {
  return form(keyringFault);
}

/** Apple's key for the tokens of APNs. A line break may be written as `\n`, because many tools keep a variable on one line. */
export function IsApnsKey(): PropertyDecorator {
  const sentence = 'must be Apple’s .p8 file: the PEM of a private key on P-256';
  return applyDecorators(
    WithLineBreaks(),
    form((text) => (isP256PrivateKey(text) ? null : sentence)),
  );
}

/** Google's service account. */
export function IsServiceAccount(): PropertyDecorator {
  const sentence = 'must be Google’s key file: JSON with project_id, client_email and private_key (PEM)';
  return form((text) => (isServiceAccount(text) ? null : sentence));
}

/** Certificates of an authority. Line breaks as in `IsApnsKey`. */
export function IsCertificates(): PropertyDecorator {
  const sentence = 'must be one or more certificates in PEM';
  return applyDecorators(
    WithLineBreaks(),
    form((text) => (areCertificates(text) ? null : sentence)),
  );
}

/**
 * An address with user and password. Both may hold any character if it is percent-encoded: an unencoded `#` or `/` in a
 * password would make another address of it.
 */
export function IsAddress(...schemes: readonly string[]): PropertyDecorator {
  return form((text) => (isAddress(text, schemes, hostIsThere) ? null : addressSentence(schemes)));
}

/** As `IsAddress`, for Redis: the path is the number of a database, or nothing. */
export function IsRedisAddress(): PropertyDecorator {
  const schemes = ['redis', 'rediss'];
  return form((text) => {
    if (!isAddress(text, schemes, hostIsThere)) return addressSentence(schemes);
    return /^[^?]*:\/\/[^/?]*(?:\/\d{0,4})?(?:\?|$)/.test(text)
      ? null
      : 'must have the number of a database as its path';
  });
}

/** As `IsAddress`, for PostgreSQL: the host may also be left out, or be the percent-encoded directory of a socket. */
export function IsDatabaseAddress(): PropertyDecorator {
  const schemes = ['postgres', 'postgresql'];
  const isHost = (host: string) => host === '' || /^%2f[^,:]*$/i.test(host);
  return form((text) => {
    if (!isAddress(text, schemes, (host, user) => isHost(host) || hostIsThere(host, user)))
      return addressSentence(schemes);
    return databaseFault(text);
  });
}

/** The mapping of characteristics, checked part by part. */
export function IsMapping(): PropertyDecorator {
  return form((text) => {
    try {
      parseMapping(text);
      return null;
    } catch (error) {
      return `cannot be used: ${(error as Error).message}`;
    }
  });
}

/** A token for an `Authorization` header. */
export function IsToken(): PropertyDecorator {
  return form((text) => (/^[\x21-\x7e]+$/.test(text) ? null : 'must be visible ASCII characters without blanks'));
}

/** One or more secrets that sign calls; the first entries are the newest. */
export function IsWebhookSecrets(): PropertyDecorator {
  return applyDecorators(
    List(),
    ValidateBy({
      name: 'webhookSecrets',
      validator: {
        validate: (value) => Array.isArray(value) && value.every((one) => readWebhookSecret(String(one)) !== null),
        defaultMessage: (context) =>
          `${context?.property} must be whsec_ and 24 to 64 random bytes in base64, or several of them separated by commas`,
      },
    }),
  );
}

/** A list of these words, each at most once. */
export function IsListOfWords(words: readonly string[]): PropertyDecorator {
  const isRight = (value: unknown): boolean =>
    Array.isArray(value) && new Set(value).size === value.length && value.every((one) => words.includes(String(one)));
  return applyDecorators(
    List(),
    ValidateBy({
      name: 'listOfWords',
      validator: {
        validate: isRight,
        defaultMessage: (context) =>
          `${context?.property} must name ${words.join(' and ')}, separated by commas, each once`,
      },
    }),
  );
}

/** The template of a text message for a broker's own interface. */
export function IsSmsTemplate(): PropertyDecorator {
  return form((text) => {
    try {
      new SmsTemplate(text);
      return null;
    } catch (error) {
      return (error as Error).message;
    }
  });
}

/** Judges a variable by a function that returns the sentence about a fault. The value itself is never part of it. */
function form(faultOf: (text: string) => string | null): PropertyDecorator {
  const judged = (value: unknown) => (typeof value === 'string' ? faultOf(value) : 'must be a text');
  return ValidateBy({
    name: 'form',
    validator: {
      validate: (value) => judged(value) === null,
      defaultMessage: (context) => `${context?.property} ${judged(context?.value)}`,
    },
  });
}

function WithLineBreaks(): PropertyDecorator {
  return Transform(({ value }: { value: unknown }) =>
    typeof value === 'string' ? value.replaceAll(String.raw`\n`, '\n') : value,
  );
}

function keyringFault(text: string): string | null {
  try {
    parseKeyring(text);
    return null;
  } catch (error) {
    return `cannot be used: ${(error as Error).message}`;
  }
}

function addressSentence(schemes: readonly string[]): string {
  const names = schemes.map((scheme) => `${scheme}://`).join(' or ');
  return `must begin with ${names} and be user:password@host:port, with other characters percent-encoded`;
}

function isAddress(text: string, schemes: readonly string[], isHost: (host: string, user: string) => boolean): boolean {
  const [scheme = '', rest = ''] = text.split('://', 2);
  if (!schemes.includes(scheme) || /[\s#]/.test(rest)) return false;
  const [authority = ''] = rest.split(/[/?]/, 1);
  const at = authority.lastIndexOf('@');
  // Several hosts are separated by commas; each is an address of its own, with the same user.
  const user = authority.slice(0, at + 1);
  const hosts = authority.slice(at + 1).split(',');
  return isDecodable(user) && hosts.every((host) => isHost(host, user));
}

function hostIsThere(host: string, user: string): boolean {
  return URL.canParse(`http://${user}${host}`);
}

/** What the driver says about the parameters of an address. It quotes paths, which may be a misplaced secret. */
function databaseFault(text: string): string | null {
  try {
    new DatabaseAddress(text);
    return null;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code?.startsWith('E') && code !== 'ERR_INVALID_URL')
      return 'names a file that cannot be read (sslrootcert, sslcert or sslkey)';
    // The sentence of this service, which names what is allowed and not what was given.
    return message.startsWith('target_session_attrs ') ? `has a fault: ${message}` : 'cannot be read as an address';
  }
}

function isProxy(text: string): boolean {
  if (PROXY_NETWORKS.includes(text)) return true;
  const [address = '', mask, ...more] = text.split('/');
  const version = isIP(address);
  if (version === 0 || more.length > 0) return false;
  if (mask === undefined || (version === 4 && isIP(mask) === 4)) return true;
  return /^\d{1,3}$/.test(mask) && Number(mask) > 0 && Number(mask) <= (version === 4 ? 32 : 128);
}

function isNetwork(text: string): boolean {
  const [address = '', bits = '', ...more] = text.split('/');
  const version = isIP(address);
  return version !== 0 && more.length === 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128);
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}
