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
import { Environment } from '../../../config/environment.ts';
import { admit, isOfOwnAccount, RedirectFirst } from '../../accounts/pages/admit.ts';
import { expectPermitted, permissionOf } from '../operator.guard.ts';
import { OperatorSessions } from '../operator-sessions.ts';
import { Assets } from '../../pages/assets.ts';
import { DeskFrames } from '../desk-frame.ts';
import { DESK } from './desk.ts';
import { DeskProblemFilter } from './desk-problem.filter.ts';
import { DeskRequest } from './desk-request.ts';

/** Admits a signed-in operator whose role permits the route, and accepts only the desk's own forms. */
@Injectable()
class DeskGuard implements CanActivate {
  constructor(
    private readonly sessions: OperatorSessions,
    private readonly frames: DeskFrames,
    private readonly assets: Assets,
    private readonly environment: Environment,
    private readonly reflector: Reflector,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const { sessions, assets } = this;
    const door = { surface: DESK, issuer: this.environment.ISSUER, assets, sessions };
    const { account: operator, isForm, ...admitted } = await admit(context, door);
    const frame = await this.frames.of(admitted.session, operator);
    const requestWith = (fields: DeskRequest['fields']) => new DeskRequest(admitted, operator, frame, fields);
    // A refusal is shown to the operator who is signed in.
    admitted.request.accountRequest = requestWith({});
    if (isForm) admitted.request.accountRequest = requestWith(admitted.visitor.form());
    if (isOfOwnAccount(this.reflector, context)) return true;
    if (operator.passwordIsInitial) throw new RedirectFirst('/operator/password');
    expectPermitted(operator.role, permissionOf(this.reflector, context));
    return true;
  }
}

/** Declares that a controller serves pages of the desk. */
export function DeskPages(): ClassDecorator {
  return applyDecorators(UseGuards(DeskGuard), UseFilters(DeskProblemFilter), ApiExcludeController());
}
