import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Client } from './client.entity.ts';
import { RecurringTasks } from '../queue/recurring-tasks.ts';
import { AuthenticateClient } from './authenticate-client.ts';
import { ClientStore } from './client.store.ts';
import { OAuthController } from './oauth.controller.ts';
import { RelyingParties } from './relying-parties.ts';

@Module({
  imports: [TypeOrmModule.forFeature([Client])],
  controllers: [OAuthController],
  providers: [ClientStore, AuthenticateClient, RelyingParties],
  exports: [RelyingParties],
})
export class RelyingPartiesModule {
  constructor(tasks: RecurringTasks, relyingParties: RelyingParties) {
    tasks.purge('client assertions', () => relyingParties.purgeAssertions());
  }
}
