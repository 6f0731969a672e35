import {
  IDENTITY_PROOFS,
  REISSUE_CAUSES,
  REISSUE_DELIVERIES,
  type IdentityProof,
  type ReissueCause,
  type ReissueDelivery,
} from '../../domain/reissue.ts';
import { serialNumberIn, visibleText } from '../../domain/typed-text.ts';
import type { ReissueApplication } from '../reissue-desk.ts';

export type ApplicationField = 'cause' | 'oldSerialNumber' | 'identityProof' | 'delivery' | 'reason';

/** An invalid field. `mismatch`: none of the subscription's phones has the serial number. */
export type ApplicationFault = ApplicationField | 'mismatch';

/** The typed values of the form, and its invalid fields. */
export interface TypedApplication {
  values: Partial<Record<ApplicationField, string>>;
  faults: readonly ApplicationFault[];
}

/** The serial number that an operator confirms when taking up a customer's application; null for any other text. */
export function readSerialNumber(form: Readonly<Record<string, string>>): string | null {
  return serialNumberIn(visibleText(form['oldSerialNumber'] ?? ''));
}

/** Parses the form of a reissue application. Invalid fields are named in `faults`, and the form is shown again. */
export function readApplication(
  form: Readonly<Record<string, string>>,
  reason: string | undefined,
): { typed: TypedApplication; application: ReissueApplication | undefined } {
  const values = {
    cause: form['cause'] ?? '',
    oldSerialNumber: visibleText(form['oldSerialNumber'] ?? '').slice(0, 40),
    identityProof: form['identityProof'] ?? '',
    delivery: form['delivery'] ?? '',
    reason: form['reason'] ?? '',
  };
  const cause = REISSUE_CAUSES.find((one): one is ReissueCause => one === values.cause);
  const oldSerialNumber = serialNumberIn(values.oldSerialNumber) ?? undefined;
  const identityProof = IDENTITY_PROOFS.find((one): one is IdentityProof => one === values.identityProof);
  const delivery = REISSUE_DELIVERIES.find((one): one is ReissueDelivery => one === values.delivery);
  const read = { cause, oldSerialNumber, identityProof, delivery, reason };
  const faults = (Object.keys(read) as ApplicationField[]).filter((field) => read[field] === undefined);
  const isWhole = cause && oldSerialNumber !== undefined && identityProof && delivery && reason !== undefined;
  return {
    typed: { values, faults },
    application: isWhole ? { cause, oldSerialNumber, identityProof, delivery } : undefined,
  };
}
