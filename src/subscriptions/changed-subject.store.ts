import { Injectable } from '@nestjs/common';
import type { Session } from '../database/database.ts';
import { statement } from '../database/statement.ts';
import { NOW } from '../database/statement-parts.ts';
import { tell, TOLD } from '../webhooks/tell.ts';

/** The last verification of a subscriber at a relying party that listens. */
export interface VerifiedRow {
  id: string;
  clientId: string;
  lineId: string;
  person: Buffer;
}

/** A person, by the id at one relying party. */
export interface ChangedSubject {
  clientId: string;
  subject: string;
}

/** A subscription ends with its owner, so all that were verified on it are the same person. */
const VERIFIED_BY = statement(
  'changed_subject_verified_by',
  `SELECT DISTINCT ON (a.client_id) a.id, a.client_id AS "clientId", a.line_id AS "lineId", a.person
    FROM authentication_records a JOIN webhook_listeners l ON l.client_id = a.client_id
    WHERE a.subscription_id = $1 AND a.state = 'verified' AND a.person IS NOT NULL AND a.line_id IS NOT NULL
    ORDER BY a.client_id, a.requested_at DESC`,
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

/** The relying parties that have verified a subscriber. */
@Injectable()
export class ChangedSubjectStore {
  /** One verification for each relying party that listens to events. */
  async verifiedBy(session: Session, subscriptionId: string): Promise<VerifiedRow[]> {
    return session.rows<VerifiedRow>(VERIFIED_BY, [subscriptionId]);
  }

  async tell(session: Session, subjects: readonly ChangedSubject[], change: string): Promise<void> {
    const [clients, ids] = [subjects.map(({ clientId }) => clientId), subjects.map(({ subject }) => subject)];
    await session.rows(TELL, [clients, ids, change]);
  }
}
