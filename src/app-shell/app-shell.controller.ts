import { Controller, Get, Header, Param, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Environment } from '../../config/environment.ts';
import { Problem } from '../domain/problem.ts';
import { readCookie } from '../http/cookies.ts';
import { Assets } from '../pages/assets.ts';
import { localeOf } from '../pages/locale.ts';
import { sendPage } from '../pages/page.ts';
import type { Reader } from '../pages/words.ts';
import { Shell } from './shell.ts';

/** The app that people install, at `/app`: its page, manifest, icons and service worker. */
@ApiExcludeController()
@Controller('app')
export class AppShellController {
  constructor(
    private readonly shell: Shell,
    private readonly assets: Assets,
    private readonly environment: Environment,
  ) {}

  @Get()
  page(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): string {
    return sendPage(reply, this.assets, this.shell.page(this.readerOf(request)));
  }

  @Get('manifest.webmanifest')
  @Header('Content-Type', 'application/manifest+json; charset=utf-8')
  @Header('Cache-Control', 'no-cache')
  manifest(@Req() request: FastifyRequest): string {
    return JSON.stringify(this.shell.manifest(this.readerOf(request)));
  }

  /** Browsers ask for it anew at every visit, and compare it byte by byte. */
  @Get('service-worker.js')
  @Header('Content-Type', 'text/javascript; charset=utf-8')
  @Header('Cache-Control', 'no-cache')
  @Header('Service-Worker-Allowed', '/app')
  @Header('X-Content-Type-Options', 'nosniff')
  @Header('Content-Security-Policy', "default-src 'none'; connect-src 'self'")
  serviceWorker(): string {
    return this.shell.serviceWorker;
  }

  @Get(':icon.png')
  @Header('Content-Type', 'image/png')
  @Header('Cache-Control', 'public, max-age=86400')
  @Header('X-Content-Type-Options', 'nosniff')
  async icon(@Param('icon') name: string): Promise<Buffer> {
    const icon = this.shell.icon(`${name}.png`);
    if (!icon) throw new Problem('not_found', 'The app has no such icon.');
    return icon;
  }

  private readerOf(request: FastifyRequest): Reader {
    const { lang } = request.query as { lang?: unknown };
    const kept = localeOf(readCookie(request, 'lang', this.environment.ISSUER));
    return this.assets.words.reader(localeOf(typeof lang === 'string' ? lang : undefined, kept));
  }
}
