import { Body, Controller, Get, Param, Post, Query, Req, Res } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Environment } from '../../../config/environment.ts';
import { localeNamed, LOCALES, type Locale } from '../../domain/locale.ts';
import type { Problem, ProblemCode } from '../../domain/problem.ts';
import { limitOfAddress } from '../../http/address-limit.ts';
import { readCookie, setCookie } from '../../http/cookies.ts';
import type { BodyType } from '../../http/fastify.ts';
import { FormLimits } from '../../http/form-limits.ts';
import { looksAhead } from '../../http/looks-ahead.ts';
import { Metrics } from '../../http/metrics.ts';
import { PROBLEM_CATALOGUE } from '../../http/problem-catalogue.ts';
import { problemOf } from '../../http/problem.filter.ts';
import { readEveryParameter } from '../../http/read-form.ts';
import { recordShownRefusal } from '../../http/record-refusal.ts';
import { Assets } from '../../pages/assets.ts';
import { sendPage } from '../../pages/page.ts';
import { Words } from '../../pages/words.ts';
import { windowCookie, WINDOW_COOKIE_SECONDS } from '../../windows/window-cookie.ts';
import { faultPage, formPostPage } from '../pages/log-in.page.ts';
import type { LogInFault } from '../words/keys.ts';
import { AuthorizationError } from './authorization-error.ts';
import { Authorize, type Browser, type Next } from './authorize.ts';
import { CODE_SECONDS } from './openid-request.store.ts';

const FAULT_OF_PROBLEM: Partial<Record<ProblemCode, LogInFault>> = {
  window_not_found: 'over',
  window_closed: 'over',
  authentication_not_found: 'over',
  window_bound_elsewhere: 'elsewhere',
  too_many_requests: 'busy',
};

/** The two pages of a log-in by OpenID Connect that the browser visits: where it begins, and where it comes back. */
@ApiExcludeController()
@Controller('oauth2')
export class AuthorizeController {
  constructor(
    private readonly authorize: Authorize,
    private readonly limits: FormLimits,
    private readonly assets: Assets,
    private readonly words: Words,
    private readonly metrics: Metrics,
    private readonly environment: Environment,
  ) {}

  @Get('authorize')
  @RouteConfig({ judgesParameters: true })
  begin(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply) {
    const [, query = ''] = /\?(.*)$/s.exec(request.url) ?? [];
    return this.answer(readEveryParameter(query), request, reply);
  }

  /** The same by a form of the client's page (OpenID Connect Core 1.0, 3.1.2.1). */
  @Post('authorize')
  @RouteConfig({ bodyType: 'form' satisfies BodyType, judgesParameters: true })
  beginByForm(
    @Body() body: ReturnType<typeof readEveryParameter> | undefined,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.answer(body ?? readEveryParameter(''), request, reply);
  }

  @Get('resume/:id')
  async resume(
    @Param('id') id: string,
    @Query() query: object,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    if (looksAhead(request)) return nothing(reply);
    const locale = localeOfBrowser(request);
    try {
      const { secretOf } = this.browserOf(request);
      // The links of the window by which a person goes back without a log-in.
      const next = await ('cancel' in query
        ? this.authorize.abandon(id, secretOf)
        : this.authorize.resume(id, secretOf));
      return next ? this.go(next, locale, reply) : this.fault('over', 400, locale, reply);
    } catch (error) {
      return this.refuse(error, locale, { request, reply });
    }
  }

  private async answer(
    sent: ReturnType<typeof readEveryParameter>,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<string> {
    if (looksAhead(request)) return nothing(reply);
    const given = Object.fromEntries([...sent].map(([name, values]) => [name, values.length > 1 ? values : values[0]]));
    const locale = localeOfBrowser(request, given);
    try {
      return this.go(await this.authorize.begin(given, this.browserOf(request)), locale, reply);
    } catch (error) {
      return this.refuse(error, locale, { request, reply });
    }
  }

  private browserOf(request: FastifyRequest): Browser {
    return {
      secretOf: (windowId) => readCookie(request, windowCookie(windowId), this.environment.ISSUER),
      spend: ({ clientId, startsPerMinute }) =>
        this.limits.spend(limitOfAddress('authorize of an address for a client', request, clientId, startsPerMinute)),
      // A log-in inside a frame could be covered or imitated by the page around it, and an image of a foreign page would
      // open a window with every view.
      isTopLevel: (request.headers['sec-fetch-dest'] ?? 'document') === 'document',
    };
  }

  private refuse(error: unknown, locale: Locale, call: Call): string {
    if (!(error instanceof AuthorizationError)) return this.problem(error, locale, call);
    const { reply } = call;
    if (error.cause !== undefined) this.record(error.cause, call);
    if (error.target) return this.go(this.authorize.refused(error, error.target), locale, reply);
    const { kind, status, locale: ofWindow = locale } = error.page;
    const detail = kind === 'refused' ? `${error.error}: ${error.description}` : undefined;
    return this.fault(kind, status, ofWindow, reply, detail);
  }

  /** Sends the browser on. 303, so that a form is not sent again to where it goes (RFC 9700, 4.12). */
  private go(next: Next, locale: Locale, reply: FastifyReply): string {
    if (next.to === 'window') {
      const { windowId, secret } = next;
      if (secret !== undefined) {
        const cookie = { name: windowCookie(windowId), value: secret, seconds: WINDOW_COOKIE_SECONDS };
        setCookie(reply, cookie, this.environment.ISSUER);
      }
      return redirect(reply, `${this.environment.ISSUER}/windows/${windowId}`);
    }
    const { target, fields, windowId, secret } = next;
    // A browser keeps no cookie that does nothing. With a code it may come back while that is good, for a new one.
    if (windowId !== undefined) {
      const kept = secret === undefined ? { value: '', seconds: 0 } : { value: secret, seconds: CODE_SECONDS };
      setCookie(reply, { name: windowCookie(windowId), ...kept }, this.environment.ISSUER);
    }
    if (target.mode === 'form_post') {
      const reader = this.words.reader(target.locale ?? locale);
      return sendPage(reply, this.assets, formPostPage(reader, target.redirectUri, fields));
    }
    // It was compared as text; a header holds it with its letters encoded.
    const { href } = new URL(target.redirectUri);
    const joined = href.includes('?') ? '&' : '?';
    return redirect(reply, `${href}${joined}${new URLSearchParams(fields).toString()}`);
  }

  /** A person reads it, so an outage is a page too. */
  private problem(error: unknown, locale: Locale, call: Call): string {
    const { reply } = call;
    const { code, detail } = this.record(error, call);
    const kind = FAULT_OF_PROBLEM[code] ?? 'failed';
    return this.fault(kind, PROBLEM_CATALOGUE[code].status, locale, reply, kind === 'failed' ? detail : undefined);
  }

  /** Counts or logs what the filter of the service does not see, and sets `Retry-After`. */
  private record(error: unknown, { request, reply }: Call): Problem {
    const problem = problemOf(error);
    recordShownRefusal({ error, problem, request, reply }, this.metrics);
    return problem;
  }

  private fault(kind: LogInFault, status: number, locale: Locale, reply: FastifyReply, detail?: string): string {
    const page = faultPage(this.words.reader(locale), { kind, status, ...(detail !== undefined && { detail }) });
    return sendPage(reply, this.assets, page);
  }
}

interface Call {
  request: FastifyRequest;
  reply: FastifyReply;
}

function nothing(reply: FastifyReply): string {
  void reply.status(204).header('Cache-Control', 'no-store');
  return '';
}

function redirect(reply: FastifyReply, address: string): string {
  void reply.status(303).headers({
    Location: address,
    'Cache-Control': 'no-store',
    'Referrer-Policy': 'no-referrer',
    'X-Frame-Options': 'DENY',
  });
  return '';
}

/** The language of `ui_locales`, else of the browser. */
function localeOfBrowser({ headers }: FastifyRequest, sent: object = {}): Locale {
  const { ui_locales: asked } = sent as { ui_locales?: unknown };
  const tags = typeof asked === 'string' && asked ? asked.split(' ') : (headers['accept-language'] ?? '').split(',');
  return tags.flatMap((tag) => localeNamed(tag.split(';')[0] ?? '') ?? [])[0] ?? LOCALES[0];
}
