class BreakerResponse {
  /** True while more reports of loss without a login came than may suspend: further ones only hold codes by SMS. */
  on: boolean;
  /** RFC 3339, UTC; null while it is off. */
  since: string | null;
  /** RFC 3339, UTC: when the last of the holds ends; null while it is off. */
  until: string | null;
}

class LossReportsResponse {
  /** Reports without a login since midnight in Seoul that the call centre has not settled. */
  open: number;
  breaker: BreakerResponse;
}

class SuspendedResponse {
  line_suspended: number;
  loss_reported: number;
  sim_swapped: number;
}

class WaitingResponse {
  /** Requests that wait for the decision of a second operator. */
  approvals: number;
  /** Reissues that wait for a decision. */
  reissues: number;
}

class NotMeRelyingParty {
  name: string;
}

class NotMeResponse {
  relyingParty: NotMeRelyingParty;
  count: number;
}

export class OverviewResponse {
  /** RFC 3339, UTC. */
  at: string;
  lossReports: LossReportsResponse;
  /** Suspended subscriptions by reason; one with two reasons counts for both. */
  suspended: SuspendedResponse;
  /** Lines whose SIM was changed or whose phone was reported lost within the hours of the hold of codes by SMS. */
  linesInDoubt: number;
  waiting: WaitingResponse;
  /** How often people said in the last 24 hours that a request was not theirs: at most 20, the most frequent first. */
  notMe: NotMeResponse[];
}
