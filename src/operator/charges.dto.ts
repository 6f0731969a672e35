class ChargeResponse {
  subscriptionId: string;
  lineId: string;
  /** The month that is charged, `YYYY-MM`: an earlier one in a row that corrects its charge. */
  month: string;
  /** Days on which the subscription was active on any part. */
  days: number;
  /** Won. A correction may be negative. */
  amount: number;
}

export class ChargesResponse {
  /** `YYYY-MM`. */
  month: string;
  /** RFC 3339, UTC: when the month was closed; null while the amounts are those of the month so far. */
  closedAt: string | null;
  charges: ChargeResponse[];
}
