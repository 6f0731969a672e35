import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { AlertKind, AlertState } from '../domain/alert.ts';

/** Something that happened to a subscription from outside the phone, which the phone may answer. */
@Entity('alerts')
export class Alert {
  @PrimaryColumn('uuid')
  id: string;

  @Column('uuid')
  subscriptionId: string;

  @Column('text')
  kind: AlertKind;

  @Column('text', { default: () => "'open'" })
  state: AlertState;

  /** What the answer concerns: a request, a reissue or a device; for a report of loss, who reported it. */
  @Column('text', { nullable: true })
  about: string | null;

  /** Part of the PIN proof of the answer. */
  @Column('bytea')
  nonce: Buffer;

  @Column('timestamptz', { default: () => 'now()' })
  at: Date;

  @Column('timestamptz')
  expiresAt: Date;

  /** The device that answered. */
  @Column('uuid', { nullable: true })
  deviceId: string | null;

  @Column('timestamptz', { nullable: true })
  closedAt: Date | null;
}
