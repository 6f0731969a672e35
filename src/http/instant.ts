import { applyDecorators } from '@nestjs/common';
import { Transform } from 'class-transformer';
import { IsOptional, isISO8601, Matches } from 'class-validator';

/** RFC 3339, with a time zone. */
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/i;
const INSTANT_RULE = { message: 'an instant in the form of RFC 3339, such as 2026-11-28T03:04:05Z' };

/** An instant. One that no calendar has becomes a text that the rule refuses. */
export function Instant(): PropertyDecorator {
  return applyDecorators(
    Transform(({ value }: { value: unknown }) => (value == null || isInstant(value) ? (value ?? undefined) : 'none')),
    Matches(INSTANT, INSTANT_RULE),
  );
}

/** An instant that may be left out. */
export function OptionalInstant(): PropertyDecorator {
  return applyDecorators(IsOptional(), Instant());
}

function isInstant(value: unknown): boolean {
  return typeof value === 'string' && INSTANT.test(value) && existsInCalendar(value);
}

/** Whether the day and the time of a text as RFC 3339 has it exist. `Date` alone turns 30 February into 2 March. */
export function existsInCalendar(text: string): boolean {
  return isISO8601(text.toUpperCase(), { strict: true });
}
