import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CamaraError, writeErrorInfo } from '../http/camara-error.ts';
import { Metrics } from '../http/metrics.ts';
import { problemOf, writeProblem } from '../http/problem.filter.ts';
import { recordRefusal } from '../http/record-refusal.ts';

/** Answers every refusal of a CAMARA operation with ErrorInfo. */
@Catch()
export class CamaraFilter implements ExceptionFilter {
  constructor(private readonly metrics: Metrics) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const reply = http.getResponse<FastifyReply>();
    if (error instanceof CamaraError) {
      writeErrorInfo(reply, error);
      return;
    }
    const problem = problemOf(error);
    recordRefusal({ error, problem, request: http.getRequest<FastifyRequest>() }, this.metrics);
    writeProblem(reply, problem);
  }
}
