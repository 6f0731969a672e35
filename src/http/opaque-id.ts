import type { PipeTransform } from '@nestjs/common';
import type { Problem } from '../domain/problem.ts';

const UUID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/;

/** Ids are opaque to callers: an id that this service cannot have issued is answered as unknown, not as malformed. */
export class OpaqueId implements PipeTransform<string, string> {
  constructor(private readonly unknown: () => Problem) {}

  transform(id: string): string {
    if (!UUID.test(id)) throw this.unknown();
    return id;
  }
}
