import { Module, type DynamicModule } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_PIPE } from '@nestjs/core';
import { AlertsModule } from './alerts/alerts.module.ts';
import { AppShellModule } from './app-shell/app-shell.module.ts';
import { AuthenticationModule } from './authentication/authentication.module.ts';
import { AuthenticatorsModule } from './authenticators/authenticators.module.ts';
import { CamaraModule } from './camara/camara.module.ts';
import { CarrierModule } from './carrier/carrier.module.ts';
import { ConsoleModule } from './console/console.module.ts';
import { CibaModule } from './openid/ciba/ciba.module.ts';
import { CustomersModule } from './customers/customers.module.ts';
import { UnknownAddressFilter } from './customers/pages/unknown-address.filter.ts';
import { DevelopersModule } from './developers/developers.module.ts';
import { DevicesModule } from './devices/devices.module.ts';
import { FiguresModule } from './figures/figures.module.ts';
import { HistoryModule } from './history/history.module.ts';
import { HealthController } from './http/health.controller.ts';
import { inputPipe } from './http/input.pipe.ts';
import { NeedlessInputGuard } from './http/needless-input.guard.ts';
import { ProblemFilter } from './http/problem.filter.ts';
import { LinesModule } from './lines/lines.module.ts';
import { NoticesModule } from './notices/notices.module.ts';
import { OpenIdModule } from './openid/openid.module.ts';
import { OperatorModule } from './operator/operator.module.ts';
import { RestoreModule } from './restore/restore.module.ts';
import { RetentionModule } from './retention/retention.module.ts';
import { RelyingPartiesModule } from './relying-parties/relying-parties.module.ts';
import { SubscriptionsModule } from './subscriptions/subscriptions.module.ts';
import { DeliveryModule } from './delivery/delivery.module.ts';
import { FoundationModule, type Foundation } from './foundation.ts';
import { PagesModule } from './pages/pages.module.ts';
import { TestModeModule } from './test-mode/test-mode.module.ts';
import { SmsPermissionsModule } from './sms-permissions/sms-permissions.module.ts';
import { WebhooksModule } from './webhooks/webhooks.module.ts';
import { WindowsModule } from './windows/windows.module.ts';

/** The table of contents: features in reading order, and the foundation on which all of them depend. */
@Module({})
export class AppModule {
  static register(foundation: Foundation): DynamicModule {
    return {
      module: AppModule,
      imports: [
        AuthenticationModule,
        TestModeModule,
        DeliveryModule,
        WindowsModule,
        OpenIdModule,
        SmsPermissionsModule,
        AuthenticatorsModule,
        DevicesModule,
        SubscriptionsModule,
        CibaModule,
        CamaraModule,
        CarrierModule,
        CustomersModule,
        AppShellModule,
        OperatorModule,
        ConsoleModule,
        DevelopersModule,
        FiguresModule,
        AlertsModule,
        HistoryModule,
        LinesModule,
        NoticesModule,
        RelyingPartiesModule,
        WebhooksModule,
        RestoreModule,
        RetentionModule,
        PagesModule,
        FoundationModule.register(foundation),
      ],
      controllers: [HealthController],
      providers: [
        { provide: APP_FILTER, useClass: ProblemFilter },
        // Nest asks the filter that was declared last first.
        { provide: APP_FILTER, useClass: UnknownAddressFilter },
        { provide: APP_GUARD, useClass: NeedlessInputGuard },
        { provide: APP_PIPE, useFactory: inputPipe },
      ],
    };
  }
}
