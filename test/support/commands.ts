import 'reflect-metadata';
import { spawn } from 'node:child_process';
import type { INestApplicationContext, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { readEnvironment } from '../../config/environment.ts';
import { outcomeOf, withFoundation } from '../../src/commands/with-rooms.ts';
import { packed } from './service.ts';

/** How a command ended. */
export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** What a terminal has, besides the variables of the service. */
const TERMINAL = { NODE_ENV: 'test', ISSUER: 'http://127.0.0.1' };

/** Runs a program of dist/src/ as `npm run` does, with `input` at its standard input. */
export function runProgram(
  program: string,
  words: readonly string[],
  env: Record<string, string>,
  input = '',
): Promise<Ended> {
  const child = spawn(process.execPath, [packed(program), ...words], {
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...TERMINAL, ...env },
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  child.stdin.on('error', () => undefined).end(input);
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, stdout, stderr })));
}

/** What a command is made of: how it reads its words, the rooms that it needs, and its work in them. */
export interface CommandParts<Wanted> {
  read: (words: string[]) => Wanted | undefined;
  rooms: Type[];
  answer: (app: INestApplicationContext, wanted: Wanted) => Promise<string>;
}

/**
 * A command whose rooms are open in this process, because a process for each of a hundred commands takes a second of
 * processor time each. It reads no standard input.
 */
export class OpenCommand<Wanted> {
  private constructor(
    private readonly parts: CommandParts<Wanted>,
    private readonly app: INestApplicationContext,
  ) {}

  /** Opens the rooms of a command on the database of a service. */
  static async open<Wanted>(parts: CommandParts<Wanted>, env: Record<string, string>): Promise<OpenCommand<Wanted>> {
    const environment = readEnvironment({ ...TERMINAL, ...env });
    const rooms = withFoundation(environment, parts.rooms);
    return new OpenCommand(parts, await NestFactory.createApplicationContext(rooms, { logger: ['error', 'warn'] }));
  }

  /** Does what the words ask for. */
  run(words: readonly string[]): Promise<Ended> {
    const { read, answer } = this.parts;
    const work = async () => {
      const wanted = read([...words]);
      if (wanted === undefined) throw new Error('a command that explains itself needs no rooms');
      return answer(this.app, wanted);
    };
    return outcomeOf(work());
  }

  async close(): Promise<void> {
    await this.app.close();
  }
}
