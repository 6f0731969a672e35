/** The fields of the application for a reissue, in the order of the form. */
export const REISSUE_FIELDS = [
  'cause',
  'oldSerialNumber',
  'identityProof',
  'reference',
  'delivery',
  'name',
  'postcode',
  'address',
] as const;
export type ReissueField = (typeof REISSUE_FIELDS)[number];
