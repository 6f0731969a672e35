import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { MemberRole } from '../domain/console.ts';

/** A person's membership of one relying party. Another role is another membership. */
@Entity('console_members')
export class ConsoleMember {
  @PrimaryColumn('uuid')
  id: string;

  @Column('uuid')
  clientId: string;

  @Column('uuid')
  accountId: string;

  @Column('text')
  role: MemberRole;

  @Column('timestamptz', { default: () => 'now()' })
  since: Date;

  @Column('timestamptz', { nullable: true })
  endedAt: Date | null;
}
