/** The documents that everybody has to accept. */
export const REQUIRED_DOCUMENTS = ['terms', 'privacy'] as const;
export type RequiredDocument = (typeof REQUIRED_DOCUMENTS)[number];

/** What the default texts say of retention. */
export interface Retention {
  historyDays: number;
  personalDataDays: number;
}
