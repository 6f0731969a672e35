import { Injectable, Logger } from '@nestjs/common';
import { ServiceKeys } from '../crypto/service-keys.ts';
import { Problem } from '../domain/problem.ts';
import type { CountedPin } from './pin/judge-pin.ts';

/** Decrypts what is kept for a device, which is bound to its subscription and keys. */
@Injectable()
export class DeviceSecrets {
  private readonly logger = new Logger(DeviceSecrets.name);

  constructor(private readonly keys: ServiceKeys) {}

  /** Decrypts the knowledge key of a device's row. Problems: `device_proof_invalid` when the row was moved. */
  knowledgeKey(deviceId: string, { knowledgeKey, bond }: Pick<CountedPin, 'knowledgeKey' | 'bond'>): Buffer {
    const key = knowledgeKey && this.keys.devices.decrypt('devices:knowledge_key', knowledgeKey, bond);
    if (key) return key;
    this.logger.error(`device ${deviceId}: its row was changed outside the service, so its PIN opens nothing`);
    throw new Problem('device_proof_invalid', 'This phone cannot be used any more. Enrol the app again.');
  }

  /** Decrypts the push token of a device's row; null when the row was moved, so that no push goes there. */
  pushToken(pushToken: Buffer, bond: string): string | null {
    return this.keys.devices.decrypt('devices:push_token', pushToken, bond)?.toString('utf8') ?? null;
  }
}
