import { Module, type DynamicModule, type INestApplicationContext, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { Environment } from '../../config/environment.ts';
import { Problem } from '../domain/problem.ts';
import { FoundationModule } from '../foundation.ts';
import { NOTHING_SENT } from '../gateways/nothing-sent.ts';
import { joinedOrEnded } from './command-environment.ts';

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

/** What a command prints, and its exit code. */
export interface Outcome {
  code: 0 | 1;
  stdout: string;
  stderr: string;
}

/** `rooms` with the foundation. They send nothing. */
export function withFoundation(environment: Environment, rooms: Type[]): DynamicModule {
  return {
    module: CommandModule,
    imports: [...rooms, FoundationModule.register({ environment, ...NOTHING_SENT })],
  };
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
  await joinedOrEnded(environment);
  await within(withFoundation(environment, rooms), async (app) => {
    const { code, stdout, stderr } = await outcomeOf(work(app));
    process.stdout.write(stdout);
    process.stderr.write(stderr);
    if (code !== 0) process.exitCode = code;
  });
}

/** The outcome of a command's work, whose answer is printed. Work that is refused says why, and fails. */
export async function outcomeOf(work: Promise<string>): Promise<Outcome> {
  try {
    return { code: 0, stdout: await work, stderr: '' };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { code: 1, stdout: '', stderr: `${error.detail}\n` };
  }
}
