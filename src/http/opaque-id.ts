import type { PipeTransform } from '@nestjs/common';
import type { Problem } from '../domain/problem.ts';
import { isUuid } from '../domain/uuid.ts';

/** Ids are opaque to callers: an id that this service cannot have issued is answered as unknown, not as malformed. */
export class OpaqueId implements PipeTransform<string, string> {
  constructor(private readonly unknown: () => Problem) {}

  transform(id: string): string {
    if (!isUuid(id)) throw this.unknown();
    return id;
  }
}
