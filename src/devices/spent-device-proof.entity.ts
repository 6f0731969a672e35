import { Column, Entity, PrimaryColumn } from 'typeorm';

/**
 * The `jti` of a spent device proof. Each proof is accepted once, within the two minutes that its `iat` allows (±60 s).
 */
@Entity('device_proofs')
export class SpentDeviceProof {
  @PrimaryColumn('uuid')
  deviceId: string;

  @PrimaryColumn('text')
  jti: string;

  @Column('timestamptz', { default: () => 'now()' })
  seenAt: Date;
}
