import { Catch, Injectable, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Environment } from '../../../config/environment.ts';
import { MEMBER_ROLES } from '../../domain/console.ts';
import type { Problem } from '../../domain/problem.ts';
import { Metrics } from '../../http/metrics.ts';
import { PROBLEM_CATALOGUE } from '../../http/problem-catalogue.ts';
import { problemOf } from '../../http/problem.filter.ts';
import { recordRefusal } from '../../http/record-refusal.ts';
import { Assets } from '../../pages/assets.ts';
import { html } from '../../pages/html.ts';
import { sendPage } from '../../pages/page.ts';
import type { Sentence } from '../../pages/sentence.ts';
import { endedCard, linkButton } from '../../pages/site.ts';
import { Visitor } from '../../pages/visitor.ts';
import { CONSOLE_COOKIE } from '../console-sessions.ts';
import type { ConsoleWords } from '../words/words.ts';
import type { RequestAtConsole } from './console-request.ts';
import { consolePage, consoleVisitor } from './frame.ts';

/** Redirects to the page that signs a person in, which leads back to the one that was asked for. */
export class SignInFirst extends Error {
  constructor(readonly wanted: string) {
    super('signing in comes first');
  }
}

/** Shows a problem as a page of the console, in the person's language. */
@Injectable()
@Catch()
export class ConsoleProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger(ConsoleProblemFilter.name);

  constructor(
    private readonly assets: Assets,
    private readonly environment: Environment,
    private readonly metrics: Metrics,
  ) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const [request, reply] = [http.getRequest<RequestAtConsole>(), http.getResponse<FastifyReply>()];
    if (error instanceof SignInFirst) {
      void reply
        .status(303)
        .header('Location', `/console/sign-in${thenOf(error)}`)
        .send('');
      return;
    }
    const problem = problemOf(error);
    recordRefusal({ error, problem, request }, { logger: this.logger, metrics: this.metrics });
    const cookie = { name: CONSOLE_COOKIE, issuer: this.environment.ISSUER };
    const reader =
      request.consoleRequest?.reader ?? consoleVisitor(new Visitor(request, reply, cookie, this.assets.words));
    const { title, text } = sentenceFor(reader.texts, problem);
    const { retryAfterSeconds } = problem.members;
    if (retryAfterSeconds !== undefined) void reply.header('Retry-After', String(retryAfterSeconds));
    const messages = reader.texts.frame;
    const more = html`<p>
      ${
        problem.code === 'session_ended'
          ? linkButton('/console/sign-in', messages.signInAgain)
          : linkButton('/console', messages.home)
      }
    </p>`;
    const content = endedCard({ kind: 'failed', title, text, more });
    const { status } = PROBLEM_CATALOGUE[problem.code];
    void reply.send(sendPage(reply, this.assets, consolePage({ title, address: '/console', content, status, reader })));
  }
}

function thenOf({ wanted }: SignInFirst): string {
  return wanted === '/console' ? '' : `?then=${encodeURIComponent(wanted)}`;
}

function sentenceFor({ problems, frame }: ConsoleWords, { code, members }: Problem): Sentence {
  if (code !== 'insufficient_scope') {
    // What belongs to another client has problems of its own for programs; a person reads one sentence.
    const isUnknown = PROBLEM_CATALOGUE[code].status === 404;
    return problems.known[isUnknown ? 'not_found' : code] ?? problems.failed;
  }
  const roles = MEMBER_ROLES.filter((role) => members.roles?.includes(role)).map((role) => frame.roles[role]);
  return problems.notPermitted(roles.join(', '));
}
