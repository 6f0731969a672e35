import { Module } from '@nestjs/common';
import { ChargesModule } from '../charges/charges.module.ts';
import { DevicesModule } from '../devices/devices.module.ts';
import { HistoryModule } from '../history/history.module.ts';
import { SubscriptionLifeModule } from '../lifecycle/lifecycle.module.ts';
import { LinesModule } from '../lines/lines.module.ts';
import { SubscriptionsModule } from '../subscriptions/subscriptions.module.ts';
import { ApprovalStore } from './approval.store.ts';
import { Approvals } from './approvals.ts';
import { Audit } from './audit.ts';
import { AuditLog } from './audit-log.ts';
import { ChargesController } from './charges.controller.ts';
import { CustomerReports } from './customer-reports.ts';
import { MaskedNumbers } from './masked-numbers.ts';
import { OperatorController } from './operator.controller.ts';
import { OperatorStore } from './operator.store.ts';
import { OperatorDesk } from './operator-desk.ts';
import { OperatorSessions } from './operator-sessions.ts';
import { Operators } from './operators.ts';
import { ReissueController } from './reissue.controller.ts';
import { ReissueDesk } from './reissue-desk.ts';

@Module({
  imports: [SubscriptionsModule, SubscriptionLifeModule, DevicesModule, HistoryModule, LinesModule, ChargesModule],
  controllers: [OperatorController, ReissueController, ChargesController],
  providers: [
    OperatorDesk,
    ReissueDesk,
    Audit,
    AuditLog,
    Approvals,
    ApprovalStore,
    CustomerReports,
    MaskedNumbers,
    Operators,
    OperatorSessions,
    OperatorStore,
  ],
  exports: [
    OperatorDesk,
    ReissueDesk,
    Audit,
    AuditLog,
    Approvals,
    CustomerReports,
    Operators,
    OperatorSessions,
    ChargesModule,
  ],
})
export class OperatorModule {}
