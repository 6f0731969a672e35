import { Injectable } from '@nestjs/common';
import { AuthenticationLog } from '../authentication/authentication-log.ts';
import { ServiceKeys } from '../crypto/service-keys.ts';
import { TestLogStore } from './test-log.store.ts';
import { decryptTestPerson } from './test-person-cipher.ts';

/** The log of a relying party's test authentications, which are kept for 24 hours. */
@Injectable()
export class TestLog extends AuthenticationLog {
  constructor(store: TestLogStore, keys: ServiceKeys) {
    super(store, (id, person) => decryptTestPerson(keys, id, person).phoneNumber);
  }
}
