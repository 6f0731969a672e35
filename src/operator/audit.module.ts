import { Module } from '@nestjs/common';
import { AccountAudit } from './account-audit.ts';
import { Audit } from './audit.ts';

/** The audit of what operators, members and commands did. */
@Module({ providers: [Audit, AccountAudit], exports: [Audit, AccountAudit] })
export class AuditModule {}
