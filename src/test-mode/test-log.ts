import { Injectable } from '@nestjs/common';
import { findIn, loggedOf, pageOf, type LogRow } from '../authentication/log-rows.ts';
import { ServiceKeys } from '../crypto/service-keys.ts';
import type { LoggedAuthentication, LogPage, LogQuery } from '../domain/logged-authentication.ts';
import type { NamedPerson } from '../lines/named-person.ts';
import { TestLogStore } from './test-log.store.ts';
import { placeOfPerson } from './test-start.ts';

/** The log of a relying party's test authentications, which are kept for 24 hours. */
@Injectable()
export class TestLog {
  constructor(
    private readonly store: TestLogStore,
    private readonly keys: ServiceKeys,
  ) {}

  /** As `ClientLog.page`. */
  page(clientId: string, query: LogQuery): Promise<LogPage> {
    return pageOf(this.store, clientId, query, (row) => this.shown(row));
  }

  /** As `ClientLog.find`. */
  async find(clientId: string, id: string): Promise<LoggedAuthentication | undefined> {
    const row = await findIn(this.store, clientId, id);
    return row && this.shown(row);
  }

  private shown(row: LogRow): LoggedAuthentication {
    return loggedOf(row, row.person && this.personOf(row.id, row.person).phoneNumber);
  }

  private personOf(id: string, person: Buffer): NamedPerson {
    return JSON.parse(this.keys.fields.decrypt(person, placeOfPerson(id)).toString('utf8')) as NamedPerson;
  }
}
