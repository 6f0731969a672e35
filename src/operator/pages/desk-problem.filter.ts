import { Catch, Injectable, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Environment } from '../../../config/environment.ts';
import { OPERATOR_ROLES } from '../../domain/operator.ts';
import type { Problem } from '../../domain/problem.ts';
import { Metrics } from '../../http/metrics.ts';
import { PROBLEM_CATALOGUE } from '../../http/problem-catalogue.ts';
import { problemOf } from '../../http/problem.filter.ts';
import { recordRefusal } from '../../http/record-refusal.ts';
import { DESK_COOKIE } from '../operator.guard.ts';
import { Assets } from '../../pages/assets.ts';
import { deskPage, deskVisitor } from './desk.ts';
import type { RequestAtDesk } from './desk-request.ts';
import { html } from '../../pages/html.ts';
import type { DeskWords } from '../words/words.ts';
import type { Sentence } from '../../pages/sentence.ts';
import { sendPage } from '../../pages/page.ts';
import { endedCard, linkButton } from '../../pages/site.ts';
import { Visitor } from '../../pages/visitor.ts';

/** Redirects the operator to a page that must come before the requested one. */
export class RedirectFirst extends Error {
  constructor(readonly address: '/operator/sign-in' | '/operator/password') {
    super(`${address} comes first`);
  }
}

/** Shows a problem as a page of the desk, in the operator's language. */
@Injectable()
@Catch()
export class DeskProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger(DeskProblemFilter.name);

  constructor(
    private readonly assets: Assets,
    private readonly environment: Environment,
    private readonly metrics: Metrics,
  ) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const [request, reply] = [http.getRequest<RequestAtDesk>(), http.getResponse<FastifyReply>()];
    if (error instanceof RedirectFirst) {
      void reply.status(303).header('Location', error.address).send('');
      return;
    }
    const problem = problemOf(error);
    recordRefusal({ error, problem, request }, { logger: this.logger, metrics: this.metrics });
    const cookie = { name: DESK_COOKIE, issuer: this.environment.ISSUER };
    const reader = request.deskRequest?.reader ?? deskVisitor(new Visitor(request, reply, cookie, this.assets.words));
    const messages = reader.texts.desk;
    const { title, text } = sentenceFor(messages, problem);
    const { retryAfterSeconds } = problem.members;
    if (retryAfterSeconds !== undefined) void reply.header('Retry-After', String(retryAfterSeconds));
    const isOut = problem.code === 'session_ended';
    const more = html`<p>
      ${isOut ? linkButton('/operator/sign-in', messages.signInAgain) : linkButton('/operator', messages.home)}
    </p>`;
    const content = endedCard({ kind: 'failed', title, text, more });
    const { status } = PROBLEM_CATALOGUE[problem.code];
    const page = deskPage({ title, address: '/operator', content, status, reader });
    void reply.send(sendPage(reply, this.assets, page));
  }
}

function sentenceFor(messages: DeskWords, { code, members }: Problem): Sentence {
  if (code !== 'insufficient_scope') return messages.problems[code] ?? messages.failed;
  const roles = OPERATOR_ROLES.filter((role) => members.roles?.includes(role)).map((role) => messages.roles[role]);
  return roles.length === 0 ? messages.twoPeople : messages.notPermitted(roles.join(', '));
}
