import { Module } from '@nestjs/common';
import { RecurringTasks } from '../queue/recurring-tasks.ts';
import { Environment } from '../../config/environment.ts';
import { ADOPTED_DIRECTORY, CarrierDirectory } from '../gateways/directory/carrier-directory.ts';
import { configuredDirectory } from '../gateways/directory/configured-directory.ts';
import { LineMemories } from './line-memories.ts';
import { LineSets } from './line-sets.ts';
import { Lines } from './lines.ts';
import { StartBudgets } from './start-budgets.ts';

/** The source of line facts: the carrier's own system when configured, otherwise the register of this service. */
const DIRECTORY = {
  provide: CarrierDirectory,
  inject: [ADOPTED_DIRECTORY, Environment, Lines],
  useFactory: (adopted: CarrierDirectory | null, environment: Environment, lines: Lines): CarrierDirectory =>
    adopted ?? configuredDirectory(environment) ?? lines,
};

@Module({
  providers: [Lines, LineSets, LineMemories, DIRECTORY, StartBudgets],
  exports: [Lines, LineSets, LineMemories, CarrierDirectory, StartBudgets],
})
export class LinesModule {
  constructor(tasks: RecurringTasks, budgets: StartBudgets, memories: LineMemories) {
    tasks.purge('start budgets', () => budgets.purge());
    tasks.purge('departed numbers', () => memories.purge());
  }
}
