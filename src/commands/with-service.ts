import type { INestApplicationContext } from '@nestjs/common';
import type { Environment } from '../../config/environment.ts';
import { AppModule } from '../app.module.ts';
import { NOTHING_SENT } from '../gateways/nothing-sent.ts';
import { within } from './with-rooms.ts';

/**
 * Does a command's work with all parts of the service, which serve no request meanwhile, and ends them. What the work
 * enqueues is sent by the service.
 */
export async function withService(
  environment: Environment,
  work: (app: INestApplicationContext) => Promise<void>,
): Promise<void> {
  await within(AppModule.register({ environment, ...NOTHING_SENT }), work);
}
