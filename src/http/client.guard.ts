import {
  applyDecorators,
  createParamDecorator,
  Injectable,
  SetMetadata,
  UseGuards,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { ApiExtension, ApiSecurity } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { AccessTokens, type Caller } from '../crypto/access-token.ts';
import { Problem } from '../domain/problem.ts';
import { DisabledClients } from './disabled-clients.ts';
import { expectProof, presentedToken } from './dpop.ts';
import { MODE } from './operation.ts';

/**
 * `openid` admits to OpenID Connect, in a browser and by CIBA; no token of the client itself has it.
 * `signing` is the scope of financial institutions, which issue Smart OTPs and request signed transactions. `webhooks` is for
 * a program that manages webhooks and nothing else.
 * `operator.decide` is the second half of what takes two programs of the call centre.
 */
const OWN_SCOPES = [
  'authentications',
  'openid',
  'signing',
  'webhooks',
  'carrier',
  'operator',
  'operator.decide',
] as const;

/** The scopes of the CAMARA APIs, by the names of their specifications. Each is granted by itself. */
export const CAMARA_SCOPES = [
  'one-time-password-sms:send-validate',
  'sim-swap',
  'sim-swap:check',
  'sim-swap:retrieve-date',
  'sim-swap-subscriptions:org.camaraproject.sim-swap-subscriptions.v0.swapped:create',
  'sim-swap-subscriptions:read',
  'sim-swap-subscriptions:delete',
  'device-swap',
  'device-swap:check',
  'device-swap:retrieve-date',
  'kyc-age-verification:verify',
  'kyc-match:match',
  'number-verification:verify',
  'number-verification:device-phone-number:read',
] as const;

/** Every scope that a client can be granted. */
export const SCOPES = [...OWN_SCOPES, ...CAMARA_SCOPES] as const;

export type CamaraScope = (typeof CAMARA_SCOPES)[number];
export type OwnScope = (typeof OWN_SCOPES)[number];
export type Scope = OwnScope | CamaraScope;
type Scopes = readonly [Scope, ...Scope[]];

/** The scopes of which a key of test mode gets tokens. */
export const TEST_SCOPES = ['authentications', 'signing'] as const satisfies readonly Scope[];

/** Which tokens a controller accepts: live ones, which is the default, those of test mode, or both. */
export type Mode = 'live' | 'both' | 'test';

export type CalledRequest = FastifyRequest & { caller?: Caller };

/** Whether a token of test mode was presented. */
export function isOfTestMode(request: CalledRequest): boolean {
  return request.caller?.test === true;
}

/** What decides about a bearer token. */
export interface Admittance {
  readonly tokens: AccessTokens;
  readonly disabled: DisabledClients;
}

/**
 * Admits a client whose bearer token is the service's own,
 * unexpired, of a client that is not disabled, of a mode that the controller serves, and covers one of the scopes that
 * the controller declares.
 */
@Injectable()
class ClientGuard implements CanActivate, Admittance {
  constructor(
    readonly tokens: AccessTokens,
    readonly disabled: DisabledClients,
    private readonly reflector: Reflector,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<CalledRequest>();
    const scopes = this.reflector.getAllAndOverride<Scopes>('scopes', [context.getHandler(), context.getClass()]);
    const mode = this.reflector.getAllAndOverride<Mode>('mode', [context.getHandler(), context.getClass()]);
    request.caller = await callerOf(request, this, mode);
    assertCovers(request.caller, ...scopes);
    return true;
  }
}

/**
 * The client of a request's bearer token, which is live and covers one of the scopes. Problems: `invalid_token`,
 * `wrong_mode`, `insufficient_scope`.
 */
export async function clientOf(request: FastifyRequest, admittance: Admittance, ...scopes: Scopes): Promise<Caller> {
  const caller = await callerOf(request, admittance, 'live');
  assertCovers(caller, ...scopes);
  return caller;
}

/**
 * The bearer of a request's token: a client, or a person at a client. What the token allows is the caller's to judge.
 * `inForm` is a token of the body, where the route takes one there. A token that is bound to a key comes with a proof of it
 * (RFC 9449, 7). Problems: `invalid_token`, `too_many_requests`.
 */
export async function bearerOf(
  request: FastifyRequest,
  { tokens, disabled }: Admittance,
  inForm?: string,
): Promise<Caller> {
  const presented =
    inForm === undefined ? presentedToken(request.headers.authorization) : { token: inForm, isDpop: false };
  const caller = presented ? tokens.verify(presented.token, new Date()) : null;
  if (presented && caller && (presented.isDpop || caller.jkt !== undefined))
    expectProof(request, { ...presented, jkt: caller.jkt }, tokens.proofs);
  if (!caller)
    throw new Problem('invalid_token', 'Get an access token at POST /oauth2/token. A token is valid for five minutes.');
  if (await disabled.has(caller.id))
    throw new Problem('invalid_token', 'This client is disabled. Ask the operator of the service.');
  return caller;
}

async function callerOf(request: FastifyRequest, admittance: Admittance, mode: Mode): Promise<Caller> {
  const caller = await bearerOf(request, admittance);
  if (caller.person)
    throw new Problem('invalid_token', 'This token stands for a person. Get one with grant_type=client_credentials.');
  if (mode === 'live' && caller.test)
    throw new Problem('wrong_mode', 'This address has no test mode. Get an access token with a live key.');
  if (mode === 'test' && !caller.test)
    throw new Problem('wrong_mode', 'This address serves test mode alone. Get an access token with a test key.');
  return caller;
}

/** Throws unless the client has one of the scopes. Problems: `insufficient_scope`, which names the first one. */
export function assertCovers(caller: Caller, ...scopes: Scopes): void {
  if (scopes.some((one) => caller.scopes.includes(one))) return;
  const [scope] = scopes;
  throw new Problem('insufficient_scope', `Get an access token with the scope ${scope} at POST /oauth2/token.`, {
    requiredScope: scope,
  });
}

/** Declares on a controller that its callers are clients with this scope, or with one of these, and in which mode. */
export function ForClients(scopes: Scope | Scopes, mode: Mode = 'live'): ClassDecorator {
  return applyDecorators(
    SetMetadata('scopes', [scopes].flat()),
    SetMetadata('mode', mode),
    ApiExtension(MODE, mode),
    UseGuards(ClientGuard),
    ...[scopes].flat().map((scope) => ApiSecurity('bearer', [scope])),
  );
}

/** The client that sends the request. */
export const FromClient = createParamDecorator((_: unknown, context: ExecutionContext): Caller => {
  const { caller } = context.switchToHttp().getRequest<CalledRequest>();
  if (!caller) throw new Error('FromClient needs a guard on the controller');
  return caller;
});
