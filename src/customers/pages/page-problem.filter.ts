import { Catch, Injectable, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Environment } from '../../../config/environment.ts';
import { PROBLEM_CATALOGUE } from '../../http/problem-catalogue.ts';
import { problemOf } from '../../http/problem.filter.ts';
import { Assets } from '../../pages/assets.ts';
import { html } from '../../pages/html.ts';
import { SITE_MESSAGES } from '../../pages/words/site.ts';
import { sendPage } from '../../pages/page.ts';
import { endedCard, linkButton, sitePage } from '../../pages/site.ts';
import { Visitor } from '../../pages/visitor.ts';

/** Says in a page, and in the visitor's language, why something could not be done. */
@Injectable()
@Catch()
export class PageProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger(PageProblemFilter.name);

  constructor(
    private readonly assets: Assets,
    private readonly environment: Environment,
  ) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const { code, members } = problemOf(error);
    if (code === 'internal_error') {
      const route = request.routeOptions.url ?? 'unknown route';
      this.logger.error(`${request.method} ${route}: ${String((error as Error).stack ?? error)}`);
    }
    const { locale } = new Visitor(request, reply, { name: 'session', issuer: this.environment.ISSUER });
    const messages = SITE_MESSAGES[locale];
    const { title, text } = messages.problems[code] ?? messages.failed;
    if (members.retryAfterSeconds !== undefined) void reply.header('Retry-After', String(members.retryAfterSeconds));
    const again = code === 'session_ended' ? '/login' : '/';
    const more = html`<p>${linkButton(again, code === 'session_ended' ? messages.places['/my'] : messages.home)}</p>`;
    const content = endedCard({ kind: 'failed', title, text, more });
    const { status } = PROBLEM_CATALOGUE[code];
    void reply.send(sendPage(reply, this.assets, sitePage({ locale, title, address: '/', content, status })));
  }
}
