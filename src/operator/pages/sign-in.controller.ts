import { Controller, UseFilters } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { Environment } from '../../../config/environment.ts';
import { SignInController } from '../../accounts/pages/sign-in.controller.ts';
import { Assets } from '../../pages/assets.ts';
import { OperatorSessions } from '../operator-sessions.ts';
import { DeskProblemFilter } from './desk-problem.filter.ts';
import { DESK } from './desk.ts';

/** Signing in at the operators' desk. */
@ApiExcludeController()
@UseFilters(DeskProblemFilter)
@Controller('operator/sign-in')
export class DeskSignInController extends SignInController {
  constructor(sessions: OperatorSessions, assets: Assets, environment: Environment) {
    super(DESK, { sessions, assets, environment });
  }
}
