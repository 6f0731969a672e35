import { Column, Entity, PrimaryColumn } from 'typeorm';

/** What a relying party is told about the SIM of a line, until it ends (CAMARA Sim Swap Subscriptions). */
@Entity('swap_subscriptions')
export class SwapSubscription {
  /** Ascends with time. */
  @PrimaryColumn('uuid')
  id: string;

  @Column('uuid')
  clientId: string;

  @Column('text')
  lineId: string;

  /** 1 to 5: one of those that a client has for a line at a time. */
  @Column('smallint')
  slot: number;

  /** Where notifications go. */
  @Column('text')
  sink: string;

  /** The number that the client named, which is none with the token of a person, and the bearer token of its sink, encrypted. */
  @Column('bytea')
  sealed: Buffer;

  /** The purpose that the client stated when it got its token (`dpv:…`); null without one. */
  @Column('text', { nullable: true })
  purpose: string | null;

  /** When the client asked it to end. */
  @Column('timestamptz', { nullable: true })
  expireTime: Date | null;

  /** When the bearer token of the sink expires. */
  @Column('timestamptz', { nullable: true })
  tokenExpiresAt: Date | null;

  /** The client asked to be told at once of a change that was lately. */
  @Column('boolean')
  initialEvent: boolean;

  /** After so many events it ends. */
  @Column('integer', { nullable: true })
  mostEvents: number | null;

  /** Events that were recorded for it. */
  @Column('integer', { default: () => '0' })
  events: number;

  @Column('timestamptz')
  startedAt: Date;

  /** When it ends by itself. */
  @Column('timestamptz')
  endsAt: Date;

  /** When it ended. */
  @Column('timestamptz', { nullable: true })
  endedAt: Date | null;
}
