import { applyDecorators, Injectable, UseGuards, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { ApiSecurity } from '@nestjs/swagger';
import { Environment } from '../../config/environment.ts';
import { AccessTokens, type Caller } from '../crypto/access-token.ts';
import { sha256 } from '../crypto/sha256.ts';
import { mayOperator, OPERATOR_PERMISSIONS, type OperatorPermission, type OperatorRole } from '../domain/operator.ts';
import { Problem } from '../domain/problem.ts';
import { DisabledClients } from '../http/disabled-clients.ts';
import { clientOf, type CalledRequest, type Scope } from '../http/client.guard.ts';
import { readCookie } from '../http/cookies.ts';
import { isFormTokenOf, isOwnPage, secretIn } from '../http/own-page.ts';
import { OperatorSessions } from './operator-sessions.ts';

/** The name of the desk's session cookie. */
export const DESK_COOKIE = 'desk';

/**
 * The scopes of which a program needs one, where it is not `operator`. What may take two programs, either of them calls;
 * the rule in `domain/deed.ts` then decides.
 */
const SCOPES: Partial<Record<OperatorPermission, readonly [Scope, ...Scope[]]>> = {
  decide: ['operator.decide'],
  cancel: ['operator', 'operator.decide'],
  resume: ['operator', 'operator.decide'],
  enrolment_code: ['operator', 'operator.decide'],
  unlock_pin: ['operator', 'operator.decide'],
};

/** Declares the permission that a route requires. Without a declaration the guard refuses every operator. */
export function Permits(permission: OperatorPermission): MethodDecorator {
  const programs = scopesFor(permission).map((scope) => ApiSecurity('bearer', [scope]));
  return applyDecorators(Permitted(permission), ...programs, ApiSecurity('desk'));
}

const Permitted = Reflector.createDecorator<OperatorPermission>();

function scopesFor(permission: OperatorPermission): readonly [Scope, ...Scope[]] {
  return SCOPES[permission] ?? ['operator'];
}

/** Returns the permission that a route declares. */
export function permissionOf(reflector: Reflector, context: ExecutionContext): OperatorPermission {
  const permission = reflector.get(Permitted, context.getHandler()) as OperatorPermission | undefined;
  if (permission === undefined) throw new Error(`${context.getHandler().name} declares no permission`);
  return permission;
}

/** Checks a role. Problems: `insufficient_scope`, with the permitted roles in `roles`. */
export function expectPermitted(role: OperatorRole, permission: OperatorPermission): void {
  if (mayOperator(role, permission)) return;
  const roles: string[] = [...OPERATOR_PERMISSIONS[permission]];
  const detail =
    roles.length === 0
      ? 'This action needs two people. Request it at the operator desk, and have another operator decide.'
      : `Ask an operator with one of these roles: ${roles.join(', ')}.`;
  throw new Problem('insufficient_scope', detail, { roles });
}

/**
 * Admits a client with the scope that the route requires, or an operator who is signed in at the desk in this browser and
 * whose role permits the route. If the request carries an access token, the guard ignores the cookie.
 */
@Injectable()
class OperatorGuard implements CanActivate {
  constructor(
    readonly tokens: AccessTokens,
    readonly disabled: DisabledClients,
    private readonly sessions: OperatorSessions,
    private readonly environment: Environment,
    private readonly reflector: Reflector,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<CalledRequest>();
    const secret = secretIn(readCookie(request, DESK_COOKIE, this.environment.ISSUER));
    const permission = permissionOf(this.reflector, context);
    request.caller =
      request.headers.authorization !== undefined || secret === undefined
        ? await clientOf(request, this, ...scopesFor(permission))
        : await this.atTheDesk(request, secret, permission);
    return true;
  }

  private async atTheDesk(request: CalledRequest, secret: string, permission: OperatorPermission): Promise<Caller> {
    const { method, headers } = request;
    const token = headers['x-form-token'];
    if (!isOwnPage(headers, this.environment.ISSUER)) throw outdated();
    if (method !== 'GET' && !(typeof token === 'string' && isFormTokenOf(secret, token))) throw outdated();
    const operator = await this.sessions.signedIn(sha256(secret));
    if (!operator || operator.passwordIsInitial) {
      throw new Problem(
        'session_ended',
        'Sign in at /operator/sign-in, or send an access token from POST /oauth2/token.',
      );
    }
    expectPermitted(operator.role, permission);
    // A person at the desk has a role, and none of the scopes of programs.
    return { id: operator.id, clientId: operator.login, scopes: [] };
  }
}

function outdated(): Problem {
  return new Problem(
    'form_outdated',
    'Send this request from a page of the operator desk, with the page’s form token as X-Form-Token.',
  );
}

/**
 * Declares that the callers of a controller are operators: programs with the scope `operator`, or operators signed in
 * at the desk.
 */
export function ForOperators(): ClassDecorator {
  return UseGuards(OperatorGuard);
}
