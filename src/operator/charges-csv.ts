import type { MonthlyCharge } from '../charges/charge.ts';

/** Writes a month's charges as CSV (RFC 4180), batch by batch as they are read, because there may be millions. */
export async function* chargesCsv(batches: AsyncIterable<MonthlyCharge[]>): AsyncGenerator<string> {
  yield 'subscriptionId,lineId,month,days,amount\r\n';
  for await (const batch of batches) {
    yield batch
      .map(
        ({ subscriptionId, lineId, month, days, amount }) =>
          `${subscriptionId},${quoted(lineId)},${month},${days},${amount}\r\n`,
      )
      .join('');
  }
}

/**
 * Quotes a text for CSV. Carriers choose line ids freely, and operators their reasons, so a leading apostrophe prevents a spreadsheet from evaluating one as
 * a formula.
 */
export function quoted(text: string): string {
  const harmless = /^[=+\-@\t\r＝＋－＠]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
