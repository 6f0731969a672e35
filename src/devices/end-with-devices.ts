import { NOW } from '../database/statement-parts.ts';
import { aboutRegistrations, aboutSmartOtps, tell, TOLD } from '../webhooks/tell.ts';

/** SQL: the Smart OTPs among the devices that were revoked, as they were before. One under test was never in use. */
const SMART_OTPS = `(SELECT was.id FROM gone JOIN devices was ON was.id = gone.id
        WHERE was.state = 'active' AND was.issuer_id IS NOT NULL
          AND EXISTS (SELECT 1 FROM authenticators had WHERE had.device_id = was.id AND had.kind = 'sign'))`;

/**
 * SQL after a `WITH gone AS (…)` that revokes devices and returns their ids: revokes the registrations on them, and
 * erases the secrets that they shared with the service. Their institutions are told. Returns the ids.
 */
export const END_WITH_DEVICES = `, unregistered AS (
      UPDATE registrations SET state = 'revoked', closed_at = ${NOW}, closed_by = 'device'
      WHERE device_id IN (SELECT id FROM gone) AND state IN ('pending', 'active')
      RETURNING id, client_id, state, closed_at
    ), silenced AS (
      UPDATE authenticators SET secret = NULL WHERE device_id IN (SELECT id FROM gone) AND secret IS NOT NULL
    ), ${tell(aboutRegistrations('unregistered'), aboutSmartOtps('revoked', SMART_OTPS))}
    SELECT id FROM gone`;

/** The reasons for which statements of revoked devices write these tables, for `writes` of `statement()`. */
export const ENDS_WITH_DEVICES = {
  writes: {
    registrations: 'no institution may ask a device that is out of use',
    authenticators: 'a device that is out of use shares no secret any more',
    ...TOLD,
  },
};
