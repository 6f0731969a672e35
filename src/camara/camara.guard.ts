import { Injectable, SetMetadata, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AccessTokens } from '../crypto/access-token.ts';
import { Problem } from '../domain/problem.ts';
import { assertCovers, bearerOf, type Admittance, type CalledRequest, type CamaraScope } from '../http/client.guard.ts';
import { DisabledClients } from '../http/disabled-clients.ts';
import { Revocations } from '../openid/revocations.ts';

const SCOPES = 'camara-scopes';

/** Declares the scopes of a CAMARA operation, each of which is enough. */
export const Covers = (...scopes: [CamaraScope, ...CamaraScope[]]): MethodDecorator => SetMetadata(SCOPES, scopes);

/**
 * Admits a client whose token covers an operation: one of the client itself, or one that stands for a person. Tokens of test
 * mode reach no person, so none of them is admitted. Problems: `invalid_token`, also for one that was revoked, `wrong_mode`,
 * `insufficient_scope`, `invalid_request` without a body.
 */
@Injectable()
export class CamaraGuard implements CanActivate, Admittance {
  constructor(
    readonly tokens: AccessTokens,
    readonly disabled: DisabledClients,
    private readonly revocations: Revocations,
    private readonly reflector: Reflector,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<CalledRequest>();
    request.caller = await bearerOf(request, this);
    const { person, test } = request.caller;
    if (person && (await this.revocations.has(person.authenticationId)))
      throw new Problem('invalid_token', 'This token was revoked. Ask the person again.');
    if (test) throw new Problem('wrong_mode', 'This API has no test mode. Get an access token with a live key.');
    const scopes = this.reflector.get<[CamaraScope, ...CamaraScope[]]>(SCOPES, context.getHandler());
    assertCovers(request.caller, ...scopes);
    // Every member of some bodies is optional, but the body is not.
    if (request.method === 'POST' && (request.body === undefined || request.body === null))
      throw new Problem('invalid_request', 'Send the request as a JSON object.');
    return true;
  }
}
