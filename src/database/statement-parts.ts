/** Milliseconds are all that callers are told of an instant, so no more is kept: what is answered twice is equal. */
export const NOW = `date_trunc('milliseconds', now())`;
/** What goes when an authentication closes without having been verified. */
export const WIPED = `code_digest = NULL, sms_code = NULL, envelope = NULL, end_user = NULL, person = NULL,
  transaction = NULL`;
