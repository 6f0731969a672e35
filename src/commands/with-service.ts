import type { INestApplicationContext } from '@nestjs/common';
import type { Environment } from '../../config/environment.ts';
import { AppModule } from '../app.module.ts';
import { configuredGateways } from '../gateways/configured.ts';
import { within } from './with-rooms.ts';

/** Does a command's work with all parts of the service, which serve no request meanwhile, and ends them. */
export async function withService(
  environment: Environment,
  work: (app: INestApplicationContext) => Promise<void>,
): Promise<void> {
  const gateways = configuredGateways(environment);
  try {
    await within(AppModule.register({ environment, push: gateways.push, sms: gateways.sms }), work);
  } finally {
    await gateways.close();
  }
}
