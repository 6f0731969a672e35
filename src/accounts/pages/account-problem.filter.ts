import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Environment } from '../../../config/environment.ts';
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
import { ACCOUNT_WORDS } from '../words/words.ts';
import type { RequestOfAccount } from './account-request.ts';
import type { AccountSurface } from './account-surface.ts';
import { RedirectFirst } from './admit.ts';

/** Shows a problem as a page of the desk or of the console, in the person's language. */
@Catch()
export abstract class AccountProblemFilter implements ExceptionFilter {
  protected constructor(
    private readonly surface: AccountSurface,
    private readonly parts: { assets: Assets; environment: Environment; metrics: Metrics },
  ) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const [request, reply] = [http.getRequest<RequestOfAccount>(), http.getResponse<FastifyReply>()];
    if (error instanceof RedirectFirst) {
      void reply.status(303).header('Location', error.address).send('');
      return;
    }
    const { assets, environment, metrics } = this.parts;
    const { home, cookie } = this.surface;
    const problem = problemOf(error);
    recordRefusal({ error, problem, request }, metrics);
    const { accountRequest } = request;
    const visitor =
      accountRequest?.visitor ??
      new Visitor(request, reply, { name: cookie, issuer: environment.ISSUER }, assets.words);
    const { retryAfterSeconds } = problem.members;
    if (retryAfterSeconds !== undefined) void reply.header('Retry-After', String(retryAfterSeconds));
    const { frame } = visitor.words(ACCOUNT_WORDS);
    const isOut = problem.code === 'session_ended';
    const more = html`<p>
      ${isOut ? linkButton(`${home}/sign-in`, frame.signInAgain) : linkButton(home, frame.home)}
    </p>`;
    const { title, text } = this.sentenceFor(visitor, problem);
    const content = endedCard({ kind: 'failed', title, text, more });
    const page = { title, address: home, content, status: PROBLEM_CATALOGUE[problem.code].status };
    void reply.send(sendPage(reply, assets, accountRequest?.framed(page) ?? this.surface.page(visitor, page)));
  }

  private sentenceFor(visitor: Visitor, problem: Problem): Sentence {
    const { problems, failed } = visitor.words(ACCOUNT_WORDS);
    return this.surface.sentence(visitor, problem) ?? problems[problem.code] ?? failed;
  }
}
