import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A request to authenticate a person without a browser (CIBA): what its client was promised, and how it has asked since. */
@Entity('ciba_requests')
export class CibaRequest {
  @PrimaryColumn('uuid')
  id: string;

  /** SHA-256 of the `auth_req_id`. */
  @Column('bytea')
  digest: Buffer;

  @Column('uuid')
  clientId: string;

  @Column('uuid')
  authenticationId: string;

  /** The scopes that its tokens will have. */
  @Column('text', { array: true })
  scopes: string[];

  /** Claims that the `claims` parameter names beside those of the scopes. */
  @Column('text', { array: true })
  claims: string[];

  /** It named the person by the number alone: as a hint, its id_token names the person by no more than that. */
  @Column('boolean', { default: () => 'false' })
  isByNumber: boolean;

  /** The name of the way of verification that its id_token says: the one that the client asked for. */
  @Column('text')
  acr: string;

  /** Seconds that the client waits between two polls. Each poll that comes too soon adds five. */
  @Column('integer')
  intervalSeconds: number;

  @Column('timestamptz', { default: () => 'now()' })
  requestedAt: Date;

  @Column('timestamptz')
  expiresAt: Date;

  /** Until when the present poll is held. */
  @Column('timestamptz', { nullable: true })
  pollingUntil: Date | null;

  /** When the last poll was answered. */
  @Column('timestamptz', { nullable: true })
  answeredAt: Date | null;

  /** When its tokens were issued, which happens once. */
  @Column('timestamptz', { nullable: true })
  redeemedAt: Date | null;

  /** What the ping says, encrypted; null in poll mode and once no further ping is owed. */
  @Column('bytea', { nullable: true })
  ping: Buffer | null;

  /** Pings that were attempted. */
  @Column('integer', { default: () => '0' })
  pings: number;

  /** The earliest time of the next ping: the expiry at first, and the end of the authentication once it has ended. */
  @Column('timestamptz', { nullable: true })
  pingAfter: Date | null;
}
