/** Milliseconds are all that callers are told of an instant, so no more is kept: what is answered twice is equal. */
export const NOW = `date_trunc('milliseconds', now())`;
/** What goes when an authentication closes without having been verified. */
export const WIPED = `code_digest = NULL, sms_code = NULL, envelope = NULL, end_user = NULL, person = NULL`;
/** The delivery's first deadline: by then the fast way has carried it, or the sweep takes it up. */
export const FIRST_SWEEP = `now() + interval '2 seconds'`;
