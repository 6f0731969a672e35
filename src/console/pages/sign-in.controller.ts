import { Controller, UseFilters } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { Environment } from '../../../config/environment.ts';
import { SignInController } from '../../accounts/pages/sign-in.controller.ts';
import { Assets } from '../../pages/assets.ts';
import { ConsoleSessions } from '../console-sessions.ts';
import { ConsoleProblemFilter } from './console-problem.filter.ts';
import { CONSOLE } from './frame.ts';

/** Signing in at the console. */
@ApiExcludeController()
@UseFilters(ConsoleProblemFilter)
@Controller('console/sign-in')
export class ConsoleSignInController extends SignInController {
  constructor(sessions: ConsoleSessions, assets: Assets, environment: Environment) {
    super(CONSOLE, { sessions, assets, environment });
  }
}
