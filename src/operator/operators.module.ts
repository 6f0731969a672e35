import { Module } from '@nestjs/common';
import { AccountsModule } from '../accounts/accounts.module.ts';
import { SubscriptionsModule } from '../subscriptions/subscriptions.module.ts';
import { ApprovalStore } from './approval.store.ts';
import { Operators } from './operators.ts';

/** The accounts of the desk, and what ends with them. */
@Module({
  imports: [AccountsModule, SubscriptionsModule],
  providers: [Operators, ApprovalStore],
  exports: [Operators, ApprovalStore],
})
export class OperatorsModule {}
