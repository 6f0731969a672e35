import { Injectable } from '@nestjs/common';
import { Environment } from '../../../config/environment.ts';
import { AccountProblemFilter } from '../../accounts/pages/account-problem.filter.ts';
import { Metrics } from '../../http/metrics.ts';
import { Assets } from '../../pages/assets.ts';
import { DESK } from './desk.ts';

/** Shows a problem as a page of the desk, in the operator's language. */
@Injectable()
export class DeskProblemFilter extends AccountProblemFilter {
  constructor(assets: Assets, environment: Environment, metrics: Metrics) {
    super(DESK, { assets, environment, metrics });
  }
}
