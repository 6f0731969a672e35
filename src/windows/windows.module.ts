import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Window } from './window.entity.ts';
import { AuthenticationModule } from '../authentication/authentication.module.ts';
import { PagesModule } from '../pages/pages.module.ts';
import { RecurringTasks } from '../queue/recurring-tasks.ts';
import { TestModeModule } from '../test-mode/test-mode.module.ts';
import { RelyingPartiesModule } from '../relying-parties/relying-parties.module.ts';
import { WindowPageController } from './page/window-page.controller.ts';
import { WindowController } from './window.controller.ts';
import { WindowAuthentications } from './window-authentications.ts';
import { WindowStore } from './window.store.ts';
import { Windows } from './windows.ts';

/** Milliseconds between two rounds; in every worker, because relying parties are told. */
const END_MS = 1_000;

/** The hosted window: created by a relying party's server and shown to one browser. */
@Module({
  imports: [
    TypeOrmModule.forFeature([Window]),
    AuthenticationModule,
    RelyingPartiesModule,
    TestModeModule,
    PagesModule,
  ],
  controllers: [WindowController, WindowPageController],
  providers: [Windows, WindowAuthentications, WindowStore],
  exports: [Windows],
})
export class WindowsModule {
  constructor(tasks: RecurringTasks, store: WindowStore) {
    tasks.inEveryWorker({ name: 'end unused windows', everyMs: END_MS, run: () => store.endUnused() });
    tasks.purge('windows', () => store.purge());
    tasks.purge('unused windows of flows', () => store.purgeUnused());
  }
}
