import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { Environment } from '../../config/environment.ts';
import { AppModule } from '../app.module.ts';
import { Problem } from '../domain/problem.ts';
import { configuredGateways } from '../gateways/configured.ts';
import type { PushGateway } from '../gateways/push/push.ts';
import type { SmsGateway } from '../gateways/sms/sms.ts';

/** The gateways of a command, and how they end. */
interface Gateways {
  push: PushGateway;
  sms: SmsGateway;
  close?(): Promise<void>;
}

/** Does a command's work with the parts of the service, which serve no request meanwhile, and ends them. */
export async function withService(
  environment: Environment,
  work: (app: INestApplicationContext) => Promise<void>,
  gateways: Gateways = configuredGateways(environment),
): Promise<void> {
  const { push, sms } = gateways;
  const app = await NestFactory.createApplicationContext(AppModule.register({ environment, push, sms }), {
    logger: ['error', 'warn'],
  });
  try {
    await work(app);
  } finally {
    await app.close();
    await gateways.close?.();
  }
}

/** Prints what a command did. One that is refused says why and fails. */
export async function printing(work: Promise<string>): Promise<void> {
  try {
    process.stdout.write(await work);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    process.stderr.write(`${error.detail}\n`);
    process.exitCode = 1;
  }
}
