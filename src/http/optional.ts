import { applyDecorators } from '@nestjs/common';
import { Transform } from 'class-transformer';
import { IsOptional, ValidateIf } from 'class-validator';

/** A member that may be left out. Sent as null, as many clients write what they do not have, it is as left out. */
export function Optional(): PropertyDecorator {
  return applyDecorators(
    IsOptional(),
    Transform(({ value }: { value: unknown }) => value ?? undefined),
  );
}

/** A member of a change that may be left out, and then stays as it is. Sent as null, it is refused: nothing would change. */
export function Unchanged(): PropertyDecorator {
  return ValidateIf((_change: object, value: unknown) => value !== undefined);
}
