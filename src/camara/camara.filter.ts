import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { camaraApiOf, CamaraError, errorInfoOf, writeErrorInfo } from '../http/camara-error.ts';
import { Metrics } from '../http/metrics.ts';
import { problemOf, writeProblem } from '../http/problem.filter.ts';
import { recordRefusal } from '../http/record-refusal.ts';
import { CamaraAnswers } from './camara-answers.ts';

/** Answers every refusal of a CAMARA operation with ErrorInfo, and counts it. */
@Catch()
export class CamaraFilter implements ExceptionFilter {
  constructor(
    private readonly metrics: Metrics,
    private readonly answers: CamaraAnswers,
  ) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const refusal = error instanceof CamaraError ? error : problemOf(error);
    this.answers.count(camaraApiOf(request.url) ?? 'unknown', errorInfoOf(refusal).code);
    if (refusal instanceof CamaraError) {
      writeErrorInfo(reply, refusal);
      return;
    }
    recordRefusal({ error, problem: refusal, request }, this.metrics);
    writeProblem(reply, refusal);
  }
}
