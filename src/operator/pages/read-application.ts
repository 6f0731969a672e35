import {
  IDENTITY_PROOFS,
  REISSUE_CAUSES,
  REISSUE_DELIVERIES,
  type IdentityProof,
  type ReissueCause,
  type ReissueDelivery,
} from '../../domain/reissue.ts';
import type { ReissueApplication } from '../reissue-desk.ts';

export type ApplicationField = 'cause' | 'oldSerialNumber' | 'identityProof' | 'delivery' | 'reason';

/** A field that cannot be right; `mismatch` is a serial number that is none of the subscription's phones. */
export type ApplicationFault = ApplicationField | 'mismatch';

/** What was typed into the form, and what of it cannot be right. */
export interface TypedApplication {
  values: Partial<Record<ApplicationField, string>>;
  faults: readonly ApplicationFault[];
}

/** Reads what is applied for; what cannot be right is named by field, to be shown again. */
export function readApplication(
  form: Readonly<Record<string, string>>,
  reason: string | undefined,
): { typed: TypedApplication; application: ReissueApplication | undefined } {
  const values = {
    cause: form['cause'] ?? '',
    oldSerialNumber: (form['oldSerialNumber'] ?? '').trim().slice(0, 40),
    identityProof: form['identityProof'] ?? '',
    delivery: form['delivery'] ?? '',
    reason: form['reason'] ?? '',
  };
  const cause = REISSUE_CAUSES.find((one): one is ReissueCause => one === values.cause);
  const oldSerialNumber = readSerialNumber(values.oldSerialNumber);
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

/** As people read it aloud and type it: without the letters, in groups or in one, with whatever dash. */
function readSerialNumber(typed: string): string | undefined {
  const plain = typed
    .normalize('NFKC')
    .toUpperCase()
    .replace(/[\s\p{Pd}]/gu, '');
  const [, first, second, third] = /^(?:PG)?(\d{4})(\d{4})(\d{4})$/.exec(plain) ?? [];
  return first === undefined ? undefined : `PG-${first}-${second ?? ''}-${third ?? ''}`;
}
