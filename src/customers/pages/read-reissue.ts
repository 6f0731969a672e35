import { CHECKED_PROOFS } from '../../domain/reissue-application.ts';
import { REISSUE_CAUSES, REISSUE_DELIVERIES } from '../../domain/reissue.ts';
import { compactText, residentDigits, serialNumberIn, visibleText } from '../../domain/typed-text.ts';
import { SHOWN_TEXT } from '../../http/plain-text.ts';
import { REISSUE_FIELDS, type ReissueField } from '../reissue-field.ts';
import type { GivenProof, Recipient, WantedReissue } from '../reissue-applications.ts';

/** The typed values of the form, and its invalid fields. */
export interface TypedReissue {
  values: Partial<Record<ReissueField, string>>;
  faults: readonly ReissueField[];
}

const LONGEST = { name: 40, address: 120, reference: 60 } as const;

/** The longest text that the form shows again. */
const KEPT = 200;

/**
 * Parses the application as people type and paste it. `isVerified`: the app has verified the customer, so the form has no
 * proof. Invalid fields are named in `faults`, and the form is shown again.
 */
export function readReissue(
  form: Readonly<Record<string, string>>,
  isVerified: boolean,
): { typed: TypedReissue; wanted: WantedReissue | undefined; proof: GivenProof | undefined } {
  const values = Object.fromEntries(
    REISSUE_FIELDS.map((field) => [field, visibleText(form[field] ?? '').slice(0, KEPT)]),
  ) as Record<ReissueField, string>;
  const cause = REISSUE_CAUSES.find((one) => one === values.cause);
  const oldSerialNumber = serialNumberIn(values.oldSerialNumber);
  const delivery = REISSUE_DELIVERIES.find((one) => one === values.delivery);
  const proof = isVerified ? undefined : proofOf(values);
  const recipient = delivery === 'post' ? recipientOf(values) : undefined;
  const faults = [
    ...(cause ? [] : ['cause' as const]),
    ...(oldSerialNumber === null ? ['oldSerialNumber' as const] : []),
    ...(proof && 'faults' in proof ? proof.faults : []),
    ...(delivery ? [] : ['delivery' as const]),
    ...(recipient && 'faults' in recipient ? recipient.faults : []),
  ];
  const isWhole = faults.length === 0 && cause && delivery && oldSerialNumber !== null;
  return {
    typed: { values, faults },
    wanted: isWhole
      ? { cause, oldSerialNumber, delivery, recipient: recipient && !('faults' in recipient) ? recipient : undefined }
      : undefined,
    proof: proof && !('faults' in proof) ? proof : undefined,
  };
}

function proofOf({
  identityProof: named,
  reference,
}: Record<ReissueField, string>): GivenProof | { faults: ReissueField[] } {
  const identityProof = CHECKED_PROOFS.find((one) => one === named);
  if (!identityProof) return { faults: ['identityProof'] };
  if (identityProof === 'id_card' && reference === '') return { identityProof, reference };
  return isLine(reference, LONGEST.reference) && !hasResidentNumber(reference)
    ? { identityProof, reference }
    : { faults: ['reference'] };
}

function recipientOf(values: Record<ReissueField, string>): Recipient | { faults: ReissueField[] } {
  const { name, address } = values;
  const postcode = compactText(values.postcode);
  const faults: ReissueField[] = [];
  if (!isLine(name, LONGEST.name)) faults.push('name');
  if (!/^\d{5}$/.test(postcode)) faults.push('postcode');
  if (!isLine(address, LONGEST.address)) faults.push('address');
  return faults.length > 0 ? { faults } : { name, postcode, address };
}

function isLine(text: string, longest: number): boolean {
  return text.length <= longest && SHOWN_TEXT.test(text);
}

/** True for a text that people must not leave with us: the whole number of a resident, or its first seven digits. */
function hasResidentNumber(text: string): boolean {
  return /\d{6}\p{Dash}?[0-9]\d{6}/u.test(text) || residentDigits(text) !== null;
}
