import { Controller, Get, Post } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { Environment } from '../../../config/environment.ts';
import { ServiceKeys } from '../../crypto/service-keys.ts';
import { Database, type Session } from '../../database/database.ts';
import type { IdTokenAlgorithm } from '../../domain/client.ts';
import { Problem } from '../../domain/problem.ts';
import { outboundRules } from '../../gateways/outbound/outbound-address.ts';
import type { BodyType } from '../../http/fastify.ts';
import { FormLimits } from '../../http/form-limits.ts';
import { Audit } from '../../operator/audit.ts';
import { Admission, type Rotated } from '../../relying-parties/admission.ts';
import {
  readAuthChoice,
  readDeliveryMode,
  readFrameOrigins,
  readIdTokenAlgorithm,
  readJwks,
  readJwksUri,
  readNotificationEndpoint,
  readRequestSigningAlg,
  readReturnUrls,
  refused,
  type ClientSettings,
} from '../../relying-parties/client-settings.ts';
import type { AppFault, AppForm } from './app-form.ts';
import { appPage, OVERLAPS } from './app.page.ts';
import { ConsolePages, MayIn } from './console.guard.ts';
import { AtConsole, type ConsoleRequest } from './console-request.ts';
import { secretPage } from './secret.page.ts';

const FORM = { bodyType: 'form' satisfies BodyType };

/** New secrets of test mode of one client in an hour. */
const TEST_SECRETS = { times: 10, seconds: 3_600 };

/** What is registered of a relying party. What opens its door anew needs the one-time password once more. */
@ConsolePages()
@Controller('console/clients/:clientId/app')
export class ConsoleAppController {
  constructor(
    private readonly database: Database,
    private readonly admission: Admission,
    private readonly audit: Audit,
    private readonly limits: FormLimits,
    private readonly serviceKeys: ServiceKeys,
    private readonly environment: Environment,
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
    return this.rotate(at, 'secret', (session, overlap) => this.admission.rotate(session, at.client.clientId, overlap));
  }

  @Post('test-secret')
  @RouteConfig(FORM)
  @MayIn('test')
  async testSecret(@AtConsole() at: ConsoleRequest): Promise<string> {
    // Former ones are compared with at each token, so they must stay few.
    await this.limits.spend({ name: 'console-test-secret', of: at.client.id, ...TEST_SECRETS });
    return this.rotate(at, 'test-secret', (session, overlap) =>
      this.admission.rotateTest(session, at.client.clientId, overlap),
    );
  }

  @Post('method')
  @RouteConfig(FORM)
  @MayIn('keys')
  async method(@AtConsole() at: ConsoleRequest): Promise<string> {
    const { method = '', set = '', uri = '' } = at.fields;
    return this.change(at, 'method', () => ({
      tokenEndpointAuthMethod: readAuthChoice(method),
      ...(set.trim() !== '' && { jwks: readJwks(set) }),
      ...(uri.trim() !== '' && { jwksUri: readJwksUri(uri.trim(), outboundRules(this.environment)) }),
    }));
  }

  @Post('keys')
  @RouteConfig(FORM)
  @MayIn('keys')
  async keys(@AtConsole() at: ConsoleRequest): Promise<string> {
    const { set = '', uri = '', shownUri = '' } = at.fields;
    const address = uri.trim();
    // The form shows what is registered, so both fields may be filled: an address counts if it was changed.
    const byAddress = address !== '' && (set.trim() === '' || address !== shownUri);
    return this.change(at, 'keys', () =>
      byAddress ? { jwksUri: readJwksUri(address, outboundRules(this.environment)) } : { jwks: readJwks(set) },
    );
  }

  @Post('test-keys')
  @RouteConfig(FORM)
  @MayIn('test')
  async testKeys(@AtConsole() at: ConsoleRequest): Promise<string> {
    return this.change(at, 'test-keys', () => ({ testJwks: readJwks(at.fields['set'] ?? '') }));
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

  @Post('protocols')
  @RouteConfig(FORM)
  @MayIn('keys')
  async protocols(@AtConsole() at: ConsoleRequest): Promise<string> {
    const { idTokenAlg = '', mode = '', endpoint = '', signingAlg = '' } = at.fields;
    return this.change(at, 'protocols', () => ({
      idTokenSignedResponseAlg: this.signable(readIdTokenAlgorithm(idTokenAlg)),
      backchannelTokenDeliveryMode: readDeliveryMode(mode),
      backchannelClientNotificationEndpoint:
        endpoint.trim() === '' ? null : readNotificationEndpoint(endpoint.trim(), outboundRules(this.environment)),
      backchannelAuthenticationRequestSigningAlg: signingAlg === '' ? null : readRequestSigningAlg(signingAlg),
    }));
  }

  @Post('switches')
  @RouteConfig(FORM)
  @MayIn('keys')
  async switches(@AtConsole() at: ConsoleRequest): Promise<string> {
    const { fields } = at;
    return this.change(at, 'switches', () => ({
      refusesSms: fields['refusesSms'] === 'yes',
      requiresRegistration: fields['requiresRegistration'] === 'yes',
      logInMatch: fields['logInMatch'] === 'yes',
      dpopBoundAccessTokens: fields['dpopBoundAccessTokens'] === 'yes',
      requireSignedRequestObject: fields['requireSignedRequestObject'] === 'yes',
    }));
  }

  /** An algorithm for which the service has a key. */
  private signable(algorithm: IdTokenAlgorithm): IdTokenAlgorithm {
    if (!this.serviceKeys.canSign(algorithm))
      throw refused('The service has no key for RS256. Its operator adds one: npm run keys -- add rsa');
    return algorithm;
  }

  private async rotate(
    at: ConsoleRequest,
    form: 'secret' | 'test-secret',
    work: (session: Session, overlapSeconds: number) => Promise<Rotated>,
  ): Promise<string> {
    const overlap = OVERLAPS.find((one) => String(one) === at.fields['overlap']) ?? 86_400;
    try {
      const { secret, formerEndsAt: formerUntil } = await this.database.transaction(async (session) => {
        const rotated = await work(session, overlap);
        await this.audit.done(session, at.call(`rotate-${form}`, `the former one serves for ${overlap} s`));
        return rotated;
      });
      const shown =
        form === 'secret' ? { what: 'live' as const, next: 'app' } : { what: 'test' as const, next: 'tests' };
      return at.show(secretPage(at.clientReader, { secret, formerUntil, ...shown }));
    } catch (error) {
      return this.showRefusal(at, form, error);
    }
  }

  /** What was typed is read before the one-time password is asked for, which serves once. Keys of test mode need none. */
  private async change(at: ConsoleRequest, form: AppForm, read: () => ClientSettings): Promise<string> {
    try {
      const settings = read();
      if (form !== 'test-keys' && !(await at.confirmed())) return await this.show(at, form, 'code');
      const { secret } = await this.database.transaction(async (session) => {
        const changed = await this.admission.changeOwn(session, at.client.clientId, settings);
        await this.audit.done(session, at.call(`change-${form}`, written(settings)));
        return changed;
      });
      if (secret !== null) return at.show(secretPage(at.clientReader, { secret, what: 'live', next: 'app' }));
    } catch (error) {
      return this.showRefusal(at, form, error);
    }
    return at.go(`${at.path('app')}?done=${form}`);
  }

  private showRefusal(at: ConsoleRequest, form: AppForm, error: unknown): Promise<string> {
    if (!(error instanceof Problem) || error.code !== 'invalid_request') throw error;
    return this.show(at, form, { detail: error.detail });
  }

  private async show(at: ConsoleRequest, form?: AppForm, fault?: AppFault['fault']): Promise<string> {
    const { clientId } = at.client;
    const [client, keySets] = await Promise.all([this.admission.show(clientId), this.admission.keySets(clientId)]);
    const wrong = form !== undefined && fault !== undefined ? { form, fault, fields: at.fields } : undefined;
    const canSign = this.serviceKeys.canSign(client.idTokenSignedResponseAlg);
    return at.show(
      appPage(at.clientReader, client, { keySets, canSign, ...(wrong && { fault: wrong }), done: at.done }),
    );
  }
}

/** The settings of a change, as the audit keeps them. Of keys it keeps that there were some. */
function written({ jwks, testJwks, ...settings }: ClientSettings): string {
  const facts = Object.entries(settings).map(([name, value]) => `${name}=${String(value)}`);
  return [...facts, ...(jwks ? ['jwks'] : []), ...(testJwks ? ['testJwks'] : [])].join(', ');
}

/** Addresses, one in a line. */
function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}
