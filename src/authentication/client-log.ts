import { Injectable } from '@nestjs/common';
import { ServiceKeys } from '../crypto/service-keys.ts';
import { AuthenticationLog } from './authentication-log.ts';
import { ClientLogStore } from './client-log.store.ts';
import { decryptNamedPerson } from '../lines/named-person.ts';

/** The log of a relying party's own authentications of the last 30 days. */
@Injectable()
export class ClientLog extends AuthenticationLog {
  constructor(store: ClientLogStore, keys: ServiceKeys) {
    super(store, (id, person) => decryptNamedPerson(keys, id, person).phoneNumber);
  }
}
