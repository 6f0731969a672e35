import { Transform } from 'class-transformer';
import { localeNamed } from '../domain/locale.ts';

/** Reads a language tag (`ko-KR`) as the language of the service that it names (`ko`); any other value stays as it is. */
export function KnownLanguage(): PropertyDecorator {
  return Transform(({ value }: { value: unknown }) =>
    typeof value === 'string' ? (localeNamed(value) ?? value) : value,
  );
}
