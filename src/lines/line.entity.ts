import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Handset, Holder, LineStatus, Plan } from '../domain/line.ts';

/** A mobile contract of a carrier. Personal data is ciphertext bound to `table:column:row`. */
@Entity('lines')
export class Line {
  @PrimaryColumn('text')
  id: string;

  /** Keyed index of the number, which finds the row without revealing the number; null while the line has none. */
  @Column('bytea', { nullable: true })
  phoneIndex: Buffer | null;

  /** Keyed index of the number that the line was told to have, while another line has it. */
  @Column('bytea', { nullable: true })
  awaitedIndex: Buffer | null;

  /** E.164, encrypted: the number that the line has or waits for. */
  @Column('bytea')
  phoneNumber: Buffer;

  /** Birth date and gender digit, encrypted. */
  @Column('bytea')
  owner: Buffer;

  @Column('text')
  carrier: string;

  @Column('text')
  status: LineStatus;

  @Column('text')
  holder: Holder;

  @Column('text')
  plan: Plan;

  @Column('jsonb')
  handset: Handset;

  @Column('timestamptz', { default: () => 'now()' })
  updatedAt: Date;

  /** Rises whenever owner, number, holder or status changes. */
  @Column('integer', { default: () => '1' })
  version: number;

  /** Sequence of the last event; -1 before the first. */
  @Column('bigint', { default: () => "'-1'" })
  sequence: string;

  /** The carrier's time at which these facts were true; `-infinity` before the first event or snapshot. */
  @Column('timestamptz', { name: 'told_at', default: () => "'-infinity'" })
  factsAsOf: Date;

  /** The last change of the SIM. */
  @Column('timestamptz', { nullable: true })
  simChangedAt: Date | null;

  /** The last change of the SIM that the person did not confirm. */
  @Column('timestamptz', { nullable: true })
  simDoubtedAt: Date | null;

  /** The last instant from which the SIM may be in other hands. */
  @Column('timestamptz', { nullable: true })
  doubtedAt: Date | null;

  /** The last change of the handset. */
  @Column('timestamptz', { nullable: true })
  handsetChangedAt: Date | null;

  /** Since when the carrier tells about this line. */
  @Column('timestamptz', { default: () => 'now()' })
  knownSince: Date;

  /**
   * When the line last got another number, owner, holder or carrier, by the carrier's clock; null while it has those with
   * which it was added, unless its number was another line's before.
   */
  @Column('timestamptz', { nullable: true })
  numberedAt: Date | null;

  /**
   * When the service learned of that change, by its own clock; a trigger of the table writes it. Null for none since the
   * column was added.
   */
  @Column('timestamptz', { nullable: true })
  handedAt: Date | null;

  /** When protection last ended. */
  @Column('timestamptz', { nullable: true })
  protectedUntil: Date | null;
}
