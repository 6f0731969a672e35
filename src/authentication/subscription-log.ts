import { Injectable } from '@nestjs/common';
import { Environment } from '../../config/environment.ts';
import { Database } from '../database/database.ts';
import { statement } from '../database/statement.ts';
import { problemsOf, type LoggedAuthentication } from '../domain/logged-authentication.ts';
import { isUuid } from '../domain/uuid.ts';
import { verifiedAfterMs } from './authentication-log.ts';
import { LOGGED } from './client-log.store.ts';

/** An authentication as the call centre sees it: with what its relying party does not learn, and without the number. */
export type SubscriptionLogged = Omit<LoggedAuthentication, 'maskedPhoneNumber'> & {
  relyingParty: { name: string };
  /** It rang no phone, because of a limit or of an answer that it was not the person. */
  held: boolean;
  /** The person said that it was not them. */
  notMe: boolean;
};

type Row = Omit<SubscriptionLogged, 'problems' | 'verifiedAfterMs' | 'relyingParty'> & { relyingParty: string };

const FIND = statement(
  'subscription_log_find',
  `SELECT ${LOGGED}, c.name AS "relyingParty", a.held,
      a.not_me_at IS NOT NULL OR a.decline_reason IS NOT DISTINCT FROM 'not_me' AS "notMe"
    FROM authentication_records a JOIN clients c ON c.id = a.client_id
    WHERE a.id = $2 AND a.subscription_id = $1 AND a.requested_at >= now() - make_interval(days => $3)`,
);

/** What happened to the authentications of one subscription. */
@Injectable()
export class SubscriptionLog {
  constructor(
    private readonly database: Database,
    private readonly environment: Environment,
  ) {}

  /** Returns one of them; undefined for an unknown id, another subscription's, one that is too old, and what is no id at all. */
  async find(subscriptionId: string, id: string): Promise<SubscriptionLogged | undefined> {
    if (!isUuid(id)) return undefined;
    const [row] = await this.database.rows<Row>(FIND, [subscriptionId, id, this.environment.HISTORY_DAYS]);
    if (!row) return undefined;
    const { relyingParty: name, ...logged } = row;
    return {
      ...logged,
      relyingParty: { name },
      verifiedAfterMs: verifiedAfterMs(logged),
      problems: problemsOf(logged),
    };
  }
}
