import type { CancelReason } from '../../domain/subscription.ts';
import type { LineSets } from '../../lines/line-sets.ts';
import type { Lines } from '../../lines/lines.ts';
import { rejected, type Numbered, type Rejected } from './received.ts';
import type { Reconcile, Reconciled } from './reconcile.ts';
import type { Seen } from './seen.ts';

/** What is planned for a line of the snapshot. */
export interface Planned extends Reconciled {
  lineId: string;
  numbered: Numbered;
  /** The keyed index of its number, in hexadecimal. */
  index: string;
  /** True if the register does not give the line its number yet. */
  claims: boolean;
  /** Why a subscription on the line ends. */
  ends?: CancelReason;
  /** True if the line itself ends. */
  endsLine?: boolean;
}

/** Compares lines of a snapshot with the register. */
export async function compared(
  batch: readonly Numbered[],
  { seen, takenAt }: { seen: Seen; takenAt: Date },
  { lines, lineSets, reconciling }: { lines: Lines; lineSets: LineSets; reconciling: Reconcile },
): Promise<{ refused: Rejected[]; plans: Planned[] }> {
  const told = batch.map((numbered) => ({ numbered, index: lines.indexOf(numbered.facts.phoneNumber) }));
  const [held, { first, twice }] = await Promise.all([
    lineSets.stored(
      new Map(told.map(({ numbered: { facts }, index }) => [facts.lineId, { phoneNumber: facts.phoneNumber, index }])),
    ),
    seen.note(
      told.map(({ numbered: { facts }, index }) => ({
        id: facts.lineId,
        // The number of a line that has ended may be another line's.
        number: facts.status === 'terminated' ? null : index,
      })),
    ),
  ]);
  const refused: Rejected[] = [];
  const plans: Planned[] = [];
  for (const { numbered, index: numberIndex } of told) {
    const { facts } = numbered;
    const { lineId } = facts;
    const index = numberIndex.toString('hex');
    const known = held.get(lineId);
    const hadNumber = known?.facts.phoneNumber === facts.phoneNumber && known.facts.status !== 'terminated';
    const claims = !hadNumber && facts.status !== 'terminated';
    if (!first.delete(lineId)) refused.push(rejected(numbered, '/lineId', 'The snapshot contains this line twice.'));
    else if (twice.has(lineId) && claims) refused.push(rejected(numbered, '/phoneNumber', NUMBER_TWICE));
    else if (known) {
      const { outcome, differences, ends, unknownCarrier } = reconciling.judge(known, facts, takenAt);
      const endsLine = outcome === 'changed' && facts.status === 'terminated' && known.facts.status !== 'terminated';
      plans.push({
        lineId,
        numbered,
        index,
        claims,
        outcome,
        differences,
        ...(ends && { ends }),
        ...(endsLine && { endsLine }),
        ...(unknownCarrier !== undefined && { unknownCarrier }),
      });
    } else {
      const unknownCarrier = reconciling.isKnownCarrier(facts.carrier) ? {} : { unknownCarrier: facts.carrier };
      plans.push({ lineId, numbered, index, claims, outcome: 'added', differences: [], ...unknownCarrier });
    }
  }
  return { refused, plans };
}

/** Why a line is refused whose number the snapshot gives to another line too. */
export const NUMBER_TWICE =
  'The snapshot gives this number to another line too. Correct the snapshot, or report which of the two has it.';
