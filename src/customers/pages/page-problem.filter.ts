import { Catch, Injectable, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Metrics } from '../../http/metrics.ts';
import { PROBLEM_CATALOGUE } from '../../http/problem-catalogue.ts';
import { problemOf } from '../../http/problem.filter.ts';
import { recordRefusal } from '../../http/record-refusal.ts';
import { html } from '../../pages/html.ts';
import { SITE_WORDS } from '../../pages/words/words.ts';
import { endedCard, linkButton, sitePage } from '../../pages/site.ts';
import { Pages } from './pages.ts';

/** Shows a problem as a page in the visitor's language. */
@Injectable()
@Catch()
export class PageProblemFilter implements ExceptionFilter {
  constructor(
    private readonly pages: Pages,
    private readonly metrics: Metrics,
  ) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const problem = problemOf(error);
    const { code, members } = problem;
    recordRefusal({ error, problem, request }, this.metrics);
    const reader = this.pages.visitor(request, reply);
    const messages = reader.words(SITE_WORDS);
    const { title, text } = messages.problems[code] ?? messages.failed;
    if (members.retryAfterSeconds !== undefined) void reply.header('Retry-After', String(members.retryAfterSeconds));
    const again = code === 'session_ended' ? '/login' : '/';
    const more = html`<p>${linkButton(again, code === 'session_ended' ? messages.places['/my'] : messages.home)}</p>`;
    const content = endedCard({ kind: 'failed', title, text, more });
    const { status } = PROBLEM_CATALOGUE[code];
    this.pages.send(reply, sitePage({ reader, title, address: '/', content, status }));
  }
}
