import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A `jti` of a device proof: each is accepted once, within the two minutes in which its `iat` is. */
@Entity('device_proofs')
export class SpentDeviceProof {
  @PrimaryColumn('uuid')
  deviceId: string;

  @PrimaryColumn('text')
  jti: string;

  @Column('timestamptz', { default: () => 'now()' })
  seenAt: Date;
}
