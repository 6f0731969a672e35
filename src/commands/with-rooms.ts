import { Module, type DynamicModule, type INestApplicationContext, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { Environment } from '../../config/environment.ts';
import { Problem } from '../domain/problem.ts';
import { joinRunning } from '../embedded/running-embedded.ts';
import { FoundationModule } from '../foundation.ts';
import { NOTHING_SENT } from '../gateways/nothing-sent.ts';

/** Holds the rooms of a command. */
@Module({})
class CommandModule {}

/** Does work with the parts of a module, which serve no request meanwhile, and ends them. */
export async function within(
  module: DynamicModule,
  work: (app: INestApplicationContext) => Promise<void>,
): Promise<void> {
  const app = await NestFactory.createApplicationContext(module, { logger: ['error', 'warn'] });
  try {
    await work(app);
  } finally {
    await app.close();
  }
}

/**
 * Does what a command of an operator's terminal asks for, on the embedded database of a running service too, and prints the
 * answer. It sends nothing. `rooms` are the modules that it needs; to load all of the service takes half a second more.
 */
export async function answerCommand(
  environment: Environment,
  rooms: Type[],
  work: (app: INestApplicationContext) => Promise<string>,
): Promise<void> {
  await joinRunning(environment).catch((error: unknown) => {
    process.stderr.write(`${(error as Error).message}\n`);
    process.exit(1);
  });
  const imports = [...rooms, FoundationModule.register({ environment, ...NOTHING_SENT })];
  await within({ module: CommandModule, imports }, (app) => printing(work(app)));
}

/** Prints what a command did. One that is refused says why and fails. */
async function printing(work: Promise<string>): Promise<void> {
  try {
    process.stdout.write(await work);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    process.stderr.write(`${error.detail}\n`);
    process.exitCode = 1;
  }
}
