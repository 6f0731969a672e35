import { Module } from '@nestjs/common';
import { RecurringTasks } from '../queue/recurring-tasks.ts';
import { Environment } from '../../config/environment.ts';
import { ADOPTED_DIRECTORY, CarrierDirectory } from '../gateways/directory/carrier-directory.ts';
import { LineMemories } from './line-memories.ts';
import { LineSets } from './line-sets.ts';
import { Lines } from './lines.ts';
import { StartBudgets } from './start-budgets.ts';
import { Tmf637Directory } from '../gateways/directory/tmf637.directory.ts';

/** The source of line facts: the carrier's own system when configured, otherwise the register of this service. */
const DIRECTORY = {
  provide: CarrierDirectory,
  inject: [ADOPTED_DIRECTORY, Environment, Lines],
  useFactory: (adopted: CarrierDirectory | null, environment: Environment, lines: Lines) => {
    const { CARRIER_DIRECTORY_URL: url } = environment;
    // The token may change while the process runs.
    const token = () => environment.CARRIER_DIRECTORY_TOKEN;
    return adopted ?? (url ? new Tmf637Directory({ url, token }) : lines);
  },
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
