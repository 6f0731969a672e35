import { Module } from '@nestjs/common';
import { AuthenticationModule } from '../authentication/authentication.module.ts';
import { LinesModule } from '../lines/lines.module.ts';
import { RecurringTasks } from '../queue/recurring-tasks.ts';
import { RelyingPartiesModule } from '../relying-parties/relying-parties.module.ts';
import { SubjectStore } from './subject.store.ts';
import { Subjects } from './subjects.ts';

/** Finds the lines that CAMARA operations are about. */
@Module({
  imports: [AuthenticationModule, LinesModule, RelyingPartiesModule],
  providers: [SubjectStore, Subjects],
  exports: [Subjects],
})
export class SubjectsModule {
  constructor(tasks: RecurringTasks, store: SubjectStore) {
    tasks.purge('questions about unknown numbers', () => store.purge());
  }
}
