import { Column, Entity, PrimaryColumn } from 'typeorm';

/** When the app of a device last sent a request that was accepted, to half a minute. */
@Entity('device_contacts')
export class DeviceContact {
  @PrimaryColumn('uuid')
  deviceId: string;

  @Column('timestamptz', { default: () => 'now()' })
  at: Date;
}
