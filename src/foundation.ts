import { Global, Module, type DynamicModule } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { dataSourceOptions } from '../config/data-source.ts';
import { Environment } from '../config/environment.ts';
import { AccessTokens } from './crypto/access-token.ts';
import { parseKeyring } from './crypto/keyring.ts';
import { ServiceKeys } from './crypto/service-keys.ts';
import { Database } from './database/database.ts';
import { PushGateway } from './gateways/push/push.ts';
import { SmsGateway } from './gateways/sms/sms.ts';
import { FormLimits } from './http/form-limits.ts';
import { Metrics } from './http/metrics.ts';
import { JobQueue } from './queue/job-queue.ts';
import { RecurringTasks } from './queue/recurring-tasks.ts';

/** The parts that the composition chooses: the configuration and the two gateways. */
export interface Foundation {
  environment: Environment;
  push: PushGateway;
  sms: SmsGateway;
}

/** The providers that every feature may inject without importing a module. */
@Global()
@Module({})
export class FoundationModule {
  constructor(tasks: RecurringTasks, limits: FormLimits) {
    tasks.purge('form limits', () => limits.purge());
  }

  static register({ environment, push, sms }: Foundation): DynamicModule {
    const keys = new ServiceKeys(parseKeyring(environment.KEYRING ?? ''));
    const provided = [
      { provide: Environment, useValue: environment },
      { provide: ServiceKeys, useValue: keys },
      { provide: AccessTokens, useValue: new AccessTokens(environment.ISSUER, keys.signing) },
      { provide: PushGateway, useValue: push },
      { provide: SmsGateway, useValue: sms },
      Database,
      JobQueue,
      RecurringTasks,
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
