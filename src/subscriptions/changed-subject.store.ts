import { Injectable } from '@nestjs/common';
import { Environment } from '../../config/environment.ts';
import type { Session } from '../database/database.ts';
import { statement } from '../database/statement.ts';
import { NOW } from '../database/statement-parts.ts';
import { tell, TOLD } from '../webhooks/tell.ts';

/** A verification on a line at a relying party that listens. */
export interface VerifiedRow {
  id: string;
  clientId: string;
  /** Of the relying party; null for one of its own. */
  sector: string | null;
  person: Buffer;
}

/** A person, by the id at one relying party. */
export interface ChangedSubject {
  clientId: string;
  subject: string;
}

/**
 * The verifications on a line of the last $2 days, under any subscription and before the first one, one for each relying party and person. A line
 * may have had other owners, whom the caller leaves out. Each half reads an index of its own.
 */
const VERIFIED_ON = statement(
  'changed_subject_verified_on',
  `SELECT DISTINCT ON (a.client_id, a.person_index) a.id, a.client_id AS "clientId",
      (SELECT c.sector FROM clients c WHERE c.id = a.client_id) AS sector, a.person FROM (
      SELECT v.* FROM subscriptions s JOIN authentication_records v ON v.subscription_id = s.id WHERE s.line_id = $1
      UNION ALL SELECT v.* FROM authentication_records v WHERE v.line_id = $1 AND v.subscription_id IS NULL
    ) a JOIN webhook_listeners l ON l.client_id = a.client_id
    WHERE a.line_id = $1 AND a.state = 'verified' AND a.person IS NOT NULL
      AND a.requested_at >= now() - make_interval(days => $2)
    ORDER BY a.client_id, a.person_index, a.requested_at DESC`,
);

const TELL = statement(
  'changed_subject_tell',
  `WITH changed AS (
      SELECT * FROM unnest($1::uuid[], $2::text[]) AS c (client_id, subject)
    ), ${tell({
      from: 'changed',
      says: `SELECT 'subject.changed' AS type, ${NOW} AS happened_at,
          jsonb_build_object('subject', x.subject, 'change', $3::text) AS data`,
    })}
    SELECT id FROM told`,
  { writes: TOLD },
);

/** The relying parties that have verified the persons of a line. */
@Injectable()
export class ChangedSubjectStore {
  constructor(private readonly environment: Environment) {}

  /** The last verification of each person of a line, the former owners too, at each relying party that listens to events. */
  async verifiedOn(session: Session, lineId: string): Promise<VerifiedRow[]> {
    return session.rows<VerifiedRow>(VERIFIED_ON, [lineId, this.environment.HISTORY_DAYS]);
  }

  async tell(session: Session, subjects: readonly ChangedSubject[], change: string): Promise<void> {
    const [clients, ids] = [subjects.map(({ clientId }) => clientId), subjects.map(({ subject }) => subject)];
    await session.rows(TELL, [clients, ids, change]);
  }
}
