import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { MemberRole } from '../domain/console.ts';

/** An invitation to the console of one relying party, which is accepted by its link. */
@Entity('console_invitations')
export class ConsoleInvitation {
  @PrimaryColumn('uuid')
  id: string;

  @Column('uuid')
  clientId: string;

  @Column('text')
  role: MemberRole;

  /** For whom it is, as the inviter calls the person. */
  @Column('text')
  invitee: string;

  /** SHA-256 of the secret in the link. */
  @Column('bytea')
  digest: Buffer;

  /** The login of the member who invited, or `terminal:` and the account of an administrator. */
  @Column('text')
  invitedBy: string;

  @Column('timestamptz', { default: () => 'now()' })
  createdAt: Date;

  @Column('timestamptz')
  expiresAt: Date;

  @Column('timestamptz', { nullable: true })
  closedAt: Date | null;

  @Column('text', { nullable: true })
  closedAs: 'accepted' | 'withdrawn' | null;
}
