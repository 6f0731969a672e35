import { Injectable } from '@nestjs/common';
import { ServiceKeys } from '../crypto/service-keys.ts';
import type { LoggedAuthentication, LogPage, LogQuery } from '../domain/logged-authentication.ts';
import { ClientLogStore } from './client-log.store.ts';
import { findIn, loggedOf, pageOf, type LogRow } from './log-rows.ts';
import { decryptNamedPerson } from './named-person.ts';

/** The log of a relying party's own authentications of the last 30 days. */
@Injectable()
export class ClientLog {
  constructor(
    private readonly store: ClientLogStore,
    private readonly keys: ServiceKeys,
  ) {}

  /**
   * Returns a page, newest first. It looks at 5,000 authentications at most, so a page of rare ones may have few rows, or
   * none, and a next page. Problems: `invalid_request` for an `after` that is no cursor.
   */
  page(clientId: string, query: LogQuery): Promise<LogPage> {
    return pageOf(this.store, clientId, query, (row) => this.shown(row));
  }

  /** Returns one of them; undefined for an unknown id, another client's, and one that is older. */
  async find(clientId: string, id: string): Promise<LoggedAuthentication | undefined> {
    const row = await findIn(this.store, clientId, id);
    return row && this.shown(row);
  }

  private shown(row: LogRow): LoggedAuthentication {
    return loggedOf(row, row.person && decryptNamedPerson(this.keys, row.id, row.person).phoneNumber);
  }
}
