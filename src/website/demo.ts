import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';

export function declareDemo(
  _app: NestFastifyApplication,
  _fastify: FastifyInstance,
  _clients: readonly object[],
  _lines: readonly object[],
): void {
  return undefined;
}
