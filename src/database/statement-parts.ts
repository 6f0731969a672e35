/**
 * The present time in milliseconds, the precision that callers see. A second answer from the stored row is then equal
 * to the first.
 */
export const NOW = `date_trunc('milliseconds', now())`;
/** The columns to clear when an authentication closes without having been verified. */
export const WIPED = `code_digest = NULL, sms_code = NULL, envelope = NULL, end_user = NULL, person = NULL,
  transaction = NULL`;
