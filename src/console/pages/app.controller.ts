import { Controller, Get, Post } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { Database } from '../../database/database.ts';
import { Problem } from '../../domain/problem.ts';
import type { BodyType } from '../../http/fastify.ts';
import { Audit } from '../../operator/audit.ts';
import { Admission, type Rotated } from '../../relying-parties/admission.ts';
import {
  readFrameOrigins,
  readJwks,
  readReturnUrls,
  type ClientSettings,
} from '../../relying-parties/client-settings.ts';
import { appPage, OVERLAPS, type AppFault, type AppForm } from './app.page.ts';
import { ConsolePages, MayIn } from './console.guard.ts';
import { AtConsole, type ConsoleRequest } from './console-request.ts';
import { secretPage } from './secret.page.ts';

const FORM = { bodyType: 'form' satisfies BodyType };

/** What is registered of a relying party. What opens its door anew needs the one-time password once more. */
@ConsolePages()
@Controller('console/clients/:clientId/app')
export class ConsoleAppController {
  constructor(
    private readonly database: Database,
    private readonly admission: Admission,
    private readonly audit: Audit,
  ) {}

  @Get()
  @MayIn('look')
  async app(@AtConsole() at: ConsoleRequest): Promise<string> {
    return this.show(at);
  }

  @Post('secret')
  @RouteConfig(FORM)
  @MayIn('keys')
  async secret(@AtConsole() at: ConsoleRequest): Promise<string> {
    if (!(await at.confirmed())) return this.show(at, 'secret', 'code');
    const rotated = await this.rotated(at, 'live');
    const { secret, formerEndsAt } = rotated;
    return at.show(secretPage(at.clientReader, { secret, what: 'live', formerUntil: formerEndsAt, next: 'app' }));
  }

  @Post('test-secret')
  @RouteConfig(FORM)
  @MayIn('test')
  async testSecret(@AtConsole() at: ConsoleRequest): Promise<string> {
    const { secret } = await this.rotated(at, 'test');
    return at.show(secretPage(at.clientReader, { secret, what: 'test', next: 'tests' }));
  }

  @Post('keys')
  @RouteConfig(FORM)
  @MayIn('keys')
  async keys(@AtConsole() at: ConsoleRequest): Promise<string> {
    const { set = '', mode } = at.fields;
    return this.change(at, 'keys', () => {
      const keys = readJwks(set);
      return mode === 'test' ? { testJwks: keys } : { jwks: keys };
    });
  }

  @Post('addresses')
  @RouteConfig(FORM)
  @MayIn('keys')
  async addresses(@AtConsole() at: ConsoleRequest): Promise<string> {
    const { returnUrls = '', frameOrigins = '' } = at.fields;
    return this.change(at, 'addresses', () => ({
      returnUrls: readReturnUrls(linesOf(returnUrls)),
      frameOrigins: readFrameOrigins(linesOf(frameOrigins)),
    }));
  }

  @Post('switches')
  @RouteConfig(FORM)
  @MayIn('keys')
  async switches(@AtConsole() at: ConsoleRequest): Promise<string> {
    const { refusesSms, requiresRegistration } = at.fields;
    return this.change(at, 'switches', () => ({
      refusesSms: refusesSms === 'yes',
      requiresRegistration: requiresRegistration === 'yes',
    }));
  }

  private async rotated(at: ConsoleRequest, mode: 'live' | 'test'): Promise<Rotated> {
    const { clientId } = at.client;
    const overlap = OVERLAPS.find((one) => String(one) === at.fields['overlap']) ?? 86_400;
    return this.database.transaction(async (session) => {
      const rotated =
        mode === 'live'
          ? await this.admission.rotate(session, clientId, overlap)
          : await this.admission.rotateTest(session, clientId, overlap);
      await this.audit.done(session, at.call(mode === 'live' ? 'rotate-secret' : 'rotate-test-secret'));
      return rotated;
    });
  }

  /** What was typed is read before the one-time password is asked for, which serves once. */
  private async change(at: ConsoleRequest, form: AppForm, read: () => ClientSettings): Promise<string> {
    try {
      const settings = read();
      if (!(await at.confirmed())) return await this.show(at, form, 'code');
      await this.database.transaction(async (session) => {
        await this.admission.change(session, at.client.clientId, settings);
        await this.audit.done(session, at.call(`change-${form}`));
      });
    } catch (error) {
      if (!(error instanceof Problem) || error.code !== 'invalid_request') throw error;
      return this.show(at, form, { detail: error.message });
    }
    return at.go(`${at.path('app')}?done=${form}`);
  }

  private async show(at: ConsoleRequest, form?: AppForm, fault?: AppFault['fault']): Promise<string> {
    const client = await this.admission.show(at.client.clientId);
    const wrong = form !== undefined && fault !== undefined ? { form, fault, fields: at.fields } : undefined;
    return at.show(appPage(at.clientReader, client, { ...(wrong && { fault: wrong }), done: at.done }));
  }
}

/** Addresses, one in a line. */
function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}
