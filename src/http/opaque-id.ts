import type { PipeTransform } from '@nestjs/common';
import type { Problem } from '../domain/problem.ts';

const UUID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/;

/** Ids are opaque to callers: one that we cannot have given is not malformed but unknown, like any other. */
export class OpaqueId implements PipeTransform<string, string> {
  constructor(private readonly unknown: () => Problem) {}

  transform(id: string): string {
    if (!UUID.test(id)) throw this.unknown();
    return id;
  }
}
