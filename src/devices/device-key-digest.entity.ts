import { Entity, PrimaryColumn } from 'typeorm';

/** A public key that a device has or had: no other device may enrol with it. */
@Entity('device_keys')
export class DeviceKeyDigest {
  /** SHA-256 of the point's x coordinate in base64url, so that the mirrored point counts as the same key. */
  @PrimaryColumn('bytea')
  digest: Buffer;
}
