import type { StatePeriod } from '../domain/fee.ts';

/** The charge of a subscription for the current month so far. */
export interface SoFar {
  /** Seoul month, `YYYY-MM`. */
  month: string;
  days: number;
  /** Won. */
  amount: number;
  monthlyFee: number;
}

/** The charge of one subscription for a month, or a correction to the charge of an earlier month. */
export interface Charge {
  subscriptionId: string;
  lineId: string;
  /** The month of the activity; for a correction it is earlier than the month in which it is charged. */
  month: string;
  days: number;
  /** Whole won. */
  amount: number;
  monthlyFee: number;
}

/** A month whose charges are final, and its monthly fee. */
export interface ClosedMonth {
  month: string;
  /** Whole won. */
  monthlyFee: number;
}

/** A subscription's states, and its earlier charges. */
export interface Billed {
  subscriptionId: string;
  lineId: string;
  life: StatePeriod[];
  charged: { month: string; days: number; amount: number }[];
}
