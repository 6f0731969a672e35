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

/** The most characters of a line id, in events, snapshots and a carrier's directory alike. */
export const LONGEST_LINE_ID = 128;

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

/** The facts of a line in the register; its number is null from the moment it lost it until it has another one. */
export type RegisteredLine = Omit<LineFacts, 'phoneNumber'> & { phoneNumber: string | null };

/** Whether two names of a carrier, a model or a system are the same: outer blanks, case and width do not count. */
export function isSameName(one: string, other: string): boolean {
  return comparable(one) === comparable(other);
}

/** True if one of the names is `name`. */
export function includesName(names: readonly string[], name: string): boolean {
  return names.some((one) => isSameName(one, name));
}

/** The form in which names are compared. */
export function comparable(name: string): string {
  return name.normalize('NFKC').trim().toLowerCase();
}
