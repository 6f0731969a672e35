import { Module } from '@nestjs/common';
import { AccountsModule } from '../accounts/accounts.module.ts';
import { AuditModule } from '../operator/audit.module.ts';
import { InvitationStore } from './invitation.store.ts';
import { MemberStore } from './member.store.ts';
import { Members } from './members.ts';

/** The people of relying parties. */
@Module({
  imports: [AccountsModule, AuditModule],
  providers: [Members, MemberStore, InvitationStore],
  exports: [Members, MemberStore, InvitationStore],
})
export class MembersModule {}
