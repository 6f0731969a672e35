import { Global, Module, type DynamicModule } from '@nestjs/common';
import { APP_FILTER, APP_PIPE } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { dataSourceOptions } from '../config/data-source.ts';
import { Environment } from '../config/environment.ts';
import { AuthenticationModule } from './authentication/authentication.module.ts';
import { AuthenticatorsModule } from './authenticators/authenticators.module.ts';
import { CarrierModule } from './carrier/carrier.module.ts';
import { AccessTokens } from './crypto/access-token.ts';
import { parseKeyring } from './crypto/keyring.ts';
import { ServiceKeys } from './crypto/service-keys.ts';
import { CustomersModule } from './customers/customers.module.ts';
import { Database } from './database/database.ts';
import { DevicesModule } from './devices/devices.module.ts';
import { PushGateway } from './gateways/push/push.ts';
import { SmsGateway } from './gateways/sms/sms.ts';
import { HistoryModule } from './history/history.module.ts';
import { Housekeeping } from './housekeeping.ts';
import { FormLimits } from './http/form-limits.ts';
import { HealthController } from './http/health.controller.ts';
import { inputPipe } from './http/input.pipe.ts';
import { Metrics } from './http/metrics.ts';
import { ProblemFilter } from './http/problem.filter.ts';
import { LinesModule } from './lines/lines.module.ts';
import { NoticesModule } from './notices/notices.module.ts';
import { OperatorModule } from './operator/operator.module.ts';
import { HandoverQueue } from './queue/job-queue.ts';
import { RelyingPartiesModule } from './relying-parties/relying-parties.module.ts';
import { SubscriptionsModule } from './subscriptions/subscriptions.module.ts';
import { WebsiteModule } from './pages/pages.module.ts';

/** What stands outside and is chosen at the top: the configuration and the two gateways. */
export interface Foundation {
  environment: Environment;
  push: PushGateway;
  sms: SmsGateway;
}

/** What every feature may ask for without importing a module. */
@Global()
@Module({})
class FoundationModule {
  static register({ environment, push, sms }: Foundation): DynamicModule {
    const keys = new ServiceKeys(parseKeyring(environment.KEYRING ?? ''));
    const provided = [
      { provide: Environment, useValue: environment },
      { provide: ServiceKeys, useValue: keys },
      { provide: AccessTokens, useValue: new AccessTokens(environment.ISSUER, keys.signing) },
      { provide: PushGateway, useValue: push },
      { provide: SmsGateway, useValue: sms },
      Database,
      HandoverQueue,
      FormLimits,
      Metrics,
    ];
    return {
      module: FoundationModule,
      imports: [TypeOrmModule.forRoot(dataSourceOptions(environment.DATABASE_URL ?? '', environment.DATABASE_POOL))],
      providers: provided,
      exports: provided.map((provider) => ('provide' in provider ? provider.provide : provider)),
    };
  }
}

/** The table of contents: features in reading order, on the foundation that all of them stand on. */
@Module({})
export class AppModule {
  static register(foundation: Foundation): DynamicModule {
    return {
      module: AppModule,
      imports: [
        AuthenticationModule,
        AuthenticatorsModule,
        DevicesModule,
        SubscriptionsModule,
        CarrierModule,
        CustomersModule,
        OperatorModule,
        HistoryModule,
        LinesModule,
        NoticesModule,
        RelyingPartiesModule,
        WebsiteModule,
        FoundationModule.register(foundation),
      ],
      controllers: [HealthController],
      providers: [
        Housekeeping,
        { provide: APP_FILTER, useClass: ProblemFilter },
        { provide: APP_PIPE, useFactory: inputPipe },
      ],
    };
  }
}
