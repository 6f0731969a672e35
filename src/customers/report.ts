/** The subjects of a report. */
export const REPORT_KINDS = ['lost_phone', 'new_phone', 'forgotten_pin'] as const;
export type CustomerReportKind = (typeof REPORT_KINDS)[number];

/**
 * The outcome of a report: the person has no subscription, no change was needed, the subscription was suspended, a code
 * was sent, the old phone confirmed with the PIN, or the call centre must speak with the person.
 */
export const REPORT_OUTCOMES = ['nobody', 'no_change', 'suspended', 'code_sent', 'confirmed', 'call_centre'] as const;
export type ReportOutcome = (typeof REPORT_OUTCOMES)[number];
