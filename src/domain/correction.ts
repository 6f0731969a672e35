/** The facts of a line that the carrier reports, and that a call centre may hear are wrong. */
export const CORRECTABLE_FACTS = ['owner', 'number', 'plan', 'holder', 'handset', 'status'] as const;
export type CorrectableFact = (typeof CORRECTABLE_FACTS)[number];
