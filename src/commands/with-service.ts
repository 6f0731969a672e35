import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { Environment } from '../../config/environment.ts';
import { AppModule } from '../app.module.ts';
import { Problem } from '../domain/problem.ts';
import { joinRunning } from '../embedded/running-embedded.ts';
import { configuredGateways } from '../gateways/configured.ts';
import { NOTHING_SENT } from '../gateways/nothing-sent.ts';
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

/**
 * Does what a command of an operator's terminal asks for, on the embedded database of a running service too, and prints the
 * answer. It sends nothing.
 */
export async function answerCommand(
  environment: Environment,
  work: (app: INestApplicationContext) => Promise<string>,
): Promise<void> {
  await joinRunning(environment).catch((error: unknown) => {
    process.stderr.write(`${(error as Error).message}\n`);
    process.exit(1);
  });
  await withService(environment, (app) => printing(work(app)), NOTHING_SENT);
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
