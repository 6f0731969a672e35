import { Module } from '@nestjs/common';
import { AccountsModule } from '../accounts/accounts.module.ts';
import { AuthenticationModule } from '../authentication/authentication.module.ts';
import { FiguresModule } from '../figures/figures.module.ts';
import { OperatorModule } from '../operator/operator.module.ts';
import { PagesModule } from '../pages/pages.module.ts';
import { RecurringTasks } from '../queue/recurring-tasks.ts';
import { RelyingPartiesModule } from '../relying-parties/relying-parties.module.ts';
import { TestModeModule } from '../test-mode/test-mode.module.ts';
import { WebhooksModule } from '../webhooks/webhooks.module.ts';
import { ConsoleSessions } from './console-sessions.ts';
import { Members } from './members.ts';
import { MembersModule } from './members.module.ts';
import { ConsoleAppController } from './pages/app.controller.ts';
import { ConsoleFiguresController } from './pages/figures.controller.ts';
import { ConsoleHomeController } from './pages/home.controller.ts';
import { ConsoleInvitationController } from './pages/invitation.controller.ts';
import { ConsoleLogController } from './pages/log.controller.ts';
import { ConsoleOwnAccountController } from './pages/own-account.controller.ts';
import { ConsolePeopleController } from './pages/people.controller.ts';
import { ConsoleSignInController } from './pages/sign-in.controller.ts';
import { ConsoleTestsController } from './pages/tests.controller.ts';
import { ConsoleWebhooksController } from './pages/webhooks.controller.ts';

/** The console at which the people of relying parties see their own traffic and keep their own registration. */
@Module({
  imports: [
    AccountsModule,
    MembersModule,
    AuthenticationModule,
    TestModeModule,
    FiguresModule,
    WebhooksModule,
    RelyingPartiesModule,
    OperatorModule,
    PagesModule,
  ],
  // Signing in, invitations and the person's own pages come before the pages of a client, whose id may be anything.
  controllers: [
    ConsoleSignInController,
    ConsoleInvitationController,
    ConsoleOwnAccountController,
    ConsoleHomeController,
    ConsoleLogController,
    ConsoleFiguresController,
    ConsoleTestsController,
    ConsoleWebhooksController,
    ConsoleAppController,
    ConsolePeopleController,
  ],
  providers: [ConsoleSessions],
  exports: [MembersModule],
})
export class ConsoleModule {
  constructor(tasks: RecurringTasks, members: Members) {
    tasks.purge('invitations to the console', () => members.purge());
    tasks.purge('accounts of the console', () => members.purgeAccounts());
  }
}
