/** The holder of the contract of a line: the person, a company or another person. */
export type Holder = 'self' | 'corporate' | 'other_party';
export type LineStatus = 'active' | 'suspended' | 'terminated';
export type Plan = 'postpaid' | 'prepaid' | 'm2m';
export type FormFactor = 'phone' | 'tablet';

/** The phone in use, as the carrier or the app reports it. */
export interface Handset {
  os: string;
  osVersion: string;
  formFactor: FormFactor;
  model?: string;
}

/** The facts that a carrier reports about one mobile contract. */
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
