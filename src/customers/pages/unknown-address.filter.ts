import { Catch, NotFoundException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { acceptsHtml } from '../../http/accept.ts';
import { problemOf, writeProblem } from '../../http/problem.filter.ts';
import { PageProblemFilter } from './page-problem.filter.ts';

/**
 * Answers an address that no route has: a page for a browser, a problem document for a program. Only Nest itself throws
 * NotFoundException; what a route does not find is a `Problem`.
 */
@Catch(NotFoundException)
export class UnknownAddressFilter implements ExceptionFilter {
  constructor(private readonly pages: PageProblemFilter) {}

  catch(error: NotFoundException, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    if (acceptsHtml(http.getRequest<FastifyRequest>())) this.pages.catch(error, host);
    else writeProblem(http.getResponse<FastifyReply>(), problemOf(error));
  }
}
