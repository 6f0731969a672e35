import { ConsoleLogger, type LogLevel } from '@nestjs/common';
import type { Environment } from '../../config/environment.ts';
import { presentTrace } from '../tracing/tracing.ts';

/** Nest's levels, the most severe first, with the names that this service's environment has for them. */
const LEVELS = [
  ['fatal', 'fatal'],
  ['error', 'error'],
  ['warn', 'warn'],
  ['info', 'log'],
  ['debug', 'debug'],
] as const satisfies readonly (readonly [NonNullable<Environment['LOG_LEVEL']>, LogLevel])[];

/** Parts of the framework that write hundreds of lines at each start; only `debug` shows them. */
const FRAMEWORK = new Set(['InstanceLoader', 'NestApplication', 'NestFactory', 'RouterExplorer', 'RoutesResolver']);

/**
 * Writes the log to standard error; standard output belongs to `--json`. In JSON, each line is one object with `severity`,
 * and with `trace_id` and `span_id` where a recorded trace caused it.
 */
export class ServiceLogger extends ConsoleLogger {
  private readonly showsFramework: boolean;

  constructor({ NODE_ENV, LOG_LEVEL, LOG_FORMAT }: Pick<Environment, 'NODE_ENV' | 'LOG_LEVEL' | 'LOG_FORMAT'>) {
    const isProduction = NODE_ENV === 'production';
    const least = LOG_LEVEL ?? (isProduction ? 'info' : 'warn');
    const shown = LEVELS.slice(0, LEVELS.findIndex(([name]) => name === least) + 1);
    super({
      json: (LOG_FORMAT ?? (isProduction ? 'json' : 'text')) === 'json',
      colors: false,
      flattenParams: true,
      logLevels: shown.map(([, level]) => level),
    });
    this.showsFramework = least === 'debug';
  }

  protected override printMessages(...given: Parameters<ConsoleLogger['printMessages']>): void {
    const [messages, context, level, , stack, params] = given;
    if (level === 'log' && FRAMEWORK.has(context ?? '') && !this.showsFramework) return;
    super.printMessages(messages, context, level, 'stderr', stack, params);
  }

  protected override getJsonLogObject(...given: Parameters<ConsoleLogger['getJsonLogObject']>) {
    const line = super.getJsonLogObject(...given);
    const [severity] = LEVELS.find(([, level]) => level === line.level) ?? ['debug'];
    return { ...line, severity: severity.toUpperCase(), ...presentTrace() };
  }
}
