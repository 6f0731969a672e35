import { NOW } from '../database/statement-parts.ts';

/**
 * SQL after a `WITH gone AS (…)` that revokes devices and returns their ids: revokes the registrations on them, and
 * erases the secrets that they shared with the service. Returns the ids.
 */
export const END_WITH_DEVICES = `, unregistered AS (
      UPDATE registrations SET state = 'revoked', closed_at = ${NOW}, closed_by = 'device'
      WHERE device_id IN (SELECT id FROM gone) AND state IN ('pending', 'active')
    ), silenced AS (
      UPDATE authenticators SET secret = NULL WHERE device_id IN (SELECT id FROM gone) AND secret IS NOT NULL
    )
    SELECT id FROM gone`;

/** The reasons for which statements of revoked devices write these tables, for `writes` of `statement()`. */
export const ENDS_WITH_DEVICES = {
  writes: {
    registrations: 'no institution may ask a device that is out of use',
    authenticators: 'a device that is out of use shares no secret any more',
  },
};
