/** Who holds the contract of a line. */
export type Holder = 'self' | 'corporate' | 'other_party';
export type LineStatus = 'active' | 'suspended' | 'terminated';
export type Plan = 'postpaid' | 'prepaid' | 'm2m';
export type FormFactor = 'phone' | 'tablet';

/** The telephone in a person's hand, as the carrier or the app itself names it. */
export interface Handset {
  os: string;
  osVersion: string;
  formFactor: FormFactor;
  model?: string;
}

/** What a carrier knows of one mobile contract. */
export interface LineFacts {
  lineId: string;
  /** E.164. */
  phoneNumber: string;
  carrier: string;
  status: LineStatus;
  holder: Holder;
  owner: { birthDate: string; genderDigit: string };
  plan: Plan;
  handset: Handset;
}
