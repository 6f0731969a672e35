import type { MonthlyCharge } from '../charges/charge.ts';

/** A month's charges as RFC 4180 has it, written as they are read: there may be millions. */
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

/** A carrier names its lines as it likes; a spreadsheet must not take a name for a formula. */
function quoted(text: string): string {
  const harmless = /^[=+\-@\t\r＝＋－＠]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
