import {
  applyDecorators,
  Injectable,
  UseFilters,
  UseGuards,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Environment } from '../../../config/environment.ts';
import { Problem } from '../../domain/problem.ts';
import { DESK_COOKIE, expectPermitted, permissionOf } from '../operator.guard.ts';
import { OperatorSessions } from '../operator-sessions.ts';
import { Assets } from '../../pages/assets.ts';
import { DeskProblemFilter, RedirectFirst } from './desk-problem.filter.ts';
import { DeskRequest, type RequestAtDesk } from './desk-request.ts';
import { Visitor } from '../../pages/visitor.ts';

/** Admits a signed-in operator whose role permits the route, and accepts only the desk's own forms. */
@Injectable()
class DeskGuard implements CanActivate {
  constructor(
    private readonly sessions: OperatorSessions,
    private readonly assets: Assets,
    private readonly environment: Environment,
    private readonly reflector: Reflector,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const http = context.switchToHttp();
    const [request, reply] = [http.getRequest<RequestAtDesk>(), http.getResponse<FastifyReply>()];
    const isForm = request.method === 'POST';
    const cookie = { name: DESK_COOKIE, issuer: this.environment.ISSUER };
    const visitor = new Visitor(request, reply, cookie, this.assets.words);
    const operator = await this.sessions.signedIn(visitor.digest);
    if (!operator || !visitor.digest) {
      if (!isForm) throw new RedirectFirst('/operator/sign-in');
      throw new Problem('session_ended', 'Sign in again.');
    }
    const fields = isForm ? visitor.form() : {};
    request.deskRequest = new DeskRequest(request, reply, this.assets, visitor, operator, visitor.digest, fields);
    const permission = permissionOf(this.reflector, context);
    if (operator.passwordIsInitial && permission !== 'own_password') throw new RedirectFirst('/operator/password');
    expectPermitted(operator.role, permission);
    return true;
  }
}

/** Declares that a controller serves pages of the desk. */
export function DeskPages(): ClassDecorator {
  return applyDecorators(UseGuards(DeskGuard), UseFilters(DeskProblemFilter), ApiExcludeController());
}
