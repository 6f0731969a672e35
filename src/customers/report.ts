/** What is reported. */
export const REPORT_KINDS = ['lost_phone', 'new_phone', 'forgotten_pin'] as const;
export type CustomerReportKind = (typeof REPORT_KINDS)[number];

/**
 * What became of a report: it named nobody, nothing had to change, the service is suspended, a code was sent, or the
 * call centre has to speak with the person.
 */
export const REPORT_OUTCOMES = ['nobody', 'no_change', 'suspended', 'code_sent', 'call_centre'] as const;
export type ReportOutcome = (typeof REPORT_OUTCOMES)[number];
