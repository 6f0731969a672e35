import { applyDecorators } from '@nestjs/common';
import { Transform } from 'class-transformer';
import { IsBoolean, IsString, ValidateBy } from 'class-validator';
import { parseKeyring } from '../src/crypto/keyring.ts';
import { areCertificates, isP256PrivateKey, isServiceAccount } from '../src/crypto/secret-forms.ts';

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
  const names = schemes.map((scheme) => `${scheme}://`).join(' or ');
  const sentence = `must begin with ${names} and be user:password@host:port, with other characters percent-encoded`;
  return form((text) => (isAddress(text, schemes) ? null : sentence));
}

/** A token for an `Authorization` header. */
export function IsToken(): PropertyDecorator {
  return form((text) => (/^[\x21-\x7e]+$/.test(text) ? null : 'must be visible ASCII characters without blanks'));
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

function isAddress(text: string, schemes: readonly string[]): boolean {
  const [scheme = '', rest = ''] = text.split('://', 2);
  if (!schemes.includes(scheme) || /[\s#]/.test(rest)) return false;
  const [authority = ''] = rest.split(/[/?]/, 1);
  const at = authority.lastIndexOf('@');
  // Several hosts are separated by commas; each is an address of its own, with the same user.
  const user = authority.slice(0, at + 1);
  return authority
    .slice(at + 1)
    .split(',')
    .every((host) => URL.canParse(`http://${user}${host}`) && isDecodable(user));
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}
