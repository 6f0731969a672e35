import { Injectable } from '@nestjs/common';
import { Environment } from '../../../config/environment.ts';
import { AccountProblemFilter } from '../../accounts/pages/account-problem.filter.ts';
import { Metrics } from '../../http/metrics.ts';
import { Assets } from '../../pages/assets.ts';
import { CONSOLE } from './frame.ts';

/** Shows a problem as a page of the console, in the person's language. */
@Injectable()
export class ConsoleProblemFilter extends AccountProblemFilter {
  constructor(assets: Assets, environment: Environment, metrics: Metrics) {
    super(CONSOLE, { assets, environment, metrics });
  }
}
