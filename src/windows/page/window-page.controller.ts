import { Body, Controller, Get, HttpCode, Param, Post, Query, Req, Res, UseGuards } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Environment } from '../../../config/environment.ts';
import { VerificationRequest } from '../../authentication/relying-party.dto.ts';
import { windowCookie, WINDOW_COOKIE_SECONDS } from '../window-cookie.ts';
import { cancelAddress, returnAddress, returnOrigin, windowNotFound, Windows, type WindowView } from '../windows.ts';
import { Problem } from '../../domain/problem.ts';
import { addressOf } from '../../http/address.ts';
import { readCookie, setCookie } from '../../http/cookies.ts';
import { looksAhead } from '../../http/looks-ahead.ts';
import { OpaqueId } from '../../http/opaque-id.ts';
import { PROBLEM_CATALOGUE } from '../../http/problem-catalogue.ts';
import { Assets } from '../../pages/assets.ts';
import { localeOf } from '../../pages/locale.ts';
import { OwnPageGuard } from './own-page.guard.ts';
import { sendPage } from '../../pages/page.ts';
import { Words } from '../../pages/words.ts';
import { WindowMethodRequest, WindowPersonRequest, WindowWaitQuery } from './window-page.dto.ts';
import { closedWindowPage, windowPage } from './window.page.ts';

const OPAQUE_ID = new OpaqueId(windowNotFound);

/** The hosted window: its page, and the requests of its script. Serves only the browser that opened it first. */
@ApiExcludeController()
@UseGuards(OwnPageGuard)
@Controller('windows/:id')
export class WindowPageController {
  constructor(
    private readonly windows: Windows,
    private readonly assets: Assets,
    private readonly words: Words,
    private readonly environment: Environment,
  ) {}

  /** Binds the window to this browser if it is the first one. Parameters that a site or an app adds to the link are ignored. */
  @Get()
  async page(
    @Param('id') id: string,
    @Query('lang') lang: unknown,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    if (looksAhead(request)) {
      void reply.status(204);
      return '';
    }
    try {
      const secret = this.secret(request, OPAQUE_ID.transform(id));
      const { window, newSecret } = await this.windows.enter(id, secret);
      if (newSecret !== undefined) {
        const isFramed = window.frameOrigins.length > 0;
        const cookie = { name: windowCookie(id), value: newSecret, seconds: WINDOW_COOKIE_SECONDS, isFramed };
        setCookie(reply, cookie, this.environment.ISSUER);
      }
      const authentication = window.authenticationId ? await this.windows.follow(id, secret, 0) : null;
      const { relyingParty, purpose, locale, method, frameOrigins, isTest } = window;
      const page = windowPage(this.words.reader(localeOf(lang, locale)), {
        id,
        relyingParty,
        purpose,
        method,
        isTest,
        authentication,
        returnAddress: returnAddress(window),
        returnOrigin: returnOrigin(window),
        returnState: window.returnState,
        cancelAddress: cancelAddress(window),
        // A log-in of a flow is never in a frame.
        frameOrigins: window.flow === 'code' ? [] : frameOrigins,
      });
      return sendPage(reply, this.assets, page);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      const back =
        error.code === 'window_closed' ? await this.windows.resumeAddress(id, this.secret(request, id)) : null;
      if (back) {
        void reply
          .status(303)
          .headers({ Location: back, 'Cache-Control': 'no-store', 'Referrer-Policy': 'no-referrer' });
        return '';
      }
      const { status } = PROBLEM_CATALOGUE[error.code];
      const page = closedWindowPage(this.words.reader(localeOf(lang)), { id, code: error.code, status });
      return sendPage(reply, this.assets, page);
    }
  }

  @Post('authentication')
  start(
    @Param('id', OPAQUE_ID) id: string,
    @Body() { birthDate, genderDigit, phoneNumber, method }: WindowPersonRequest,
    @Req() request: FastifyRequest,
  ): Promise<WindowView> {
    const person = { birthDate, genderDigit, phoneNumber, endUser: endUserOf(request) };
    return this.windows.start(id, this.secret(request, id), person, method ?? undefined);
  }

  /** Changes to the other method, for the person that was typed before. */
  @Post('method')
  @HttpCode(200)
  changeOver(
    @Param('id', OPAQUE_ID) id: string,
    @Body() { method }: WindowMethodRequest,
    @Req() request: FastifyRequest,
  ): Promise<WindowView> {
    return this.windows.changeOver(id, this.secret(request, id), method, endUserOf(request));
  }

  @Get('authentication')
  follow(
    @Param('id', OPAQUE_ID) id: string,
    @Query() { wait }: WindowWaitQuery,
    @Req() request: FastifyRequest,
  ): Promise<WindowView> {
    return this.windows.follow(id, this.secret(request, id), wait ?? 0);
  }

  @Post('verification')
  @HttpCode(200)
  verify(
    @Param('id', OPAQUE_ID) id: string,
    @Body() { code }: VerificationRequest,
    @Req() request: FastifyRequest,
  ): Promise<WindowView> {
    return this.windows.verify(id, this.secret(request, id), code);
  }

  @Post('resend')
  @HttpCode(202)
  resend(@Param('id', OPAQUE_ID) id: string, @Req() request: FastifyRequest): Promise<WindowView> {
    return this.windows.resend(id, this.secret(request, id));
  }

  @Post('cancel')
  @HttpCode(200)
  cancel(@Param('id', OPAQUE_ID) id: string, @Req() request: FastifyRequest): Promise<WindowView> {
    return this.windows.cancel(id, this.secret(request, id));
  }

  private secret(request: FastifyRequest, id: string): string | undefined {
    return readCookie(request, windowCookie(id), this.environment.ISSUER);
  }
}

/** The browser of the window, as the app shows it. */
function endUserOf(request: FastifyRequest): { ip: string; userAgent?: string } {
  const userAgent = request.headers['user-agent']?.slice(0, 512);
  return { ip: addressOf(request), ...(userAgent && { userAgent }) };
}
