import type { AuthenticationState, Channel } from '../../domain/authentication.ts';
import type { ApprovalKind, ApprovalState, OperatorRole } from '../../domain/operator.ts';
import type { ProblemCode } from '../../domain/problem.ts';
import type { CancelReason, SubscriptionState, SuspensionReason } from '../../domain/subscription.ts';
import type { CustomerReportKind } from '../../customers/report.ts';
import type { CustomerReport } from '../customer-reports.ts';
import type { Sentence } from '../../pages/words/words.ts';
import type { IdentityProof, ReissueCause, ReissueDelivery, ReissueState } from '../../domain/reissue.ts';
import type { ApplicationFault } from '../pages/read-application.ts';

/** An action on a subscription at the desk. */
export type DeskAction = 'reveal' | 'report-loss' | 'ask-resume' | 'unlock-pin' | 'ask-enrolment-code' | 'cancel';

export type DeskPlace = '/operator' | '/operator/approvals' | '/operator/charges' | '/operator/audit';

/** A completed action, as the address of the page that confirms it names it. */
export const DONE = [
  'report-loss',
  'ask-resume',
  'unlock-pin',
  'ask-enrolment-code',
  'cancel',
  'approve',
  'refuse',
  'withdraw',
  'settle',
  'password',
  'apply-reissue',
  'withdraw-reissue',
] as const;
export type Done = (typeof DONE)[number];

export interface DeskWords {
  name: string;
  skip: string;
  navigation: string;
  places: Record<DeskPlace, string>;
  roles: Record<OperatorRole, string>;
  signOut: string;
  password: string;
  imprint: string;
  home: string;
  reason: string;
  reasonHint: string;
  signIn: {
    title: string;
    login: string;
    password: string;
    code: string;
    codeHint: string;
    submit: string;
    wrong: string;
  };
  choose: {
    title: string;
    initial: string;
    present: string;
    chosen: string;
    chosenHint: string;
    again: string;
    submit: string;
    faults: Record<'short' | 'long' | 'different' | 'same' | 'wrong', string>;
  };
  search: {
    title: string;
    number: string;
    submit: string;
    numberFault: string;
    reasonFault: string;
    results: (number: string, count: number) => string;
    none: string;
    former: string;
    open: string;
    again: string;
  };
  ask: { title: string; text: string; submit: string };
  waiting: string;
  nothingWaits: string;
  reports: string;
  noReports: string;
  reportKinds: Record<CustomerReportKind, string>;
  reportOutcomes: Record<CustomerReport['outcome'], string>;
  settle: string;
  settleTitle: string;
  unknownNumber: string;
  columns: Record<
    | 'when'
    | 'what'
    | 'number'
    | 'by'
    | 'reason'
    | 'outcome'
    | 'relyingParty'
    | 'purpose'
    | 'method'
    | 'result'
    | 'device'
    | 'subscription'
    | 'line'
    | 'month'
    | 'days'
    | 'amount'
    | 'address'
    | 'do'
    | 'state'
    | 'decided',
    string
  >;
  subscription: {
    title: string;
    state: string;
    suspensions: string;
    number: string;
    ended: string;
    noNumber: string;
    since: string;
    subscribedAt: string;
    protectedSince: string;
    notYet: string;
    device: string;
    noDevice: string;
    pin: string;
    pinLocked: string;
    pinOpen: string;
    serialNumber: string;
    actions: string;
    noActions: string;
    life: string;
    history: string;
    noHistory: string;
    audit: string;
    lookReason: string;
    asked: string;
  };
  states: Record<SubscriptionState, string>;
  why: Record<SuspensionReason | CancelReason, string>;
  deviceStates: Record<string, string>;
  changes: Record<string, string>;
  actors: Record<string, string>;
  channels: Record<Channel, string>;
  results: Record<AuthenticationState, string>;
  actions: Record<DeskAction, { name: string; text: string; submit: string }>;
  done: Record<Done, string>;
  revealed: { title: string; text: string; number: string; birthDate: string; device: string; back: string };
  approvals: {
    title: string;
    open: string;
    closed: string;
    none: string;
    kinds: Record<ApprovalKind, string>;
    states: Record<ApprovalState, string>;
    until: string;
    approve: string;
    refuse: string;
    withdraw: string;
    take: string;
    takeText: string;
    own: string;
    forSupervisors: string;
    decisionReason: string;
    look: string;
    toList: string;
  };
  code: { title: string; text: string; minutes: string; uri: string };
  charges: {
    title: string;
    choose: string;
    month: string;
    submit: string;
    closed: (when: string) => string;
    open: string;
    sum: string;
    rows: (count: string) => string;
    shownOf: (shown: string, count: string) => string;
    none: string;
    csv: string;
    correction: string;
  };
  audit: {
    title: string;
    operator: string;
    action: string;
    all: string;
    filter: string;
    older: string;
    newest: string;
    none: string;
    done: string;
    refused: string;
  };
  audited: Record<string, string>;
  twoPeople: Sentence;
  notPermitted: (roles: string) => Sentence;
  problems: Partial<Record<ProblemCode, Sentence>>;
  failed: Sentence;
  signInAgain: string;
}

export interface LetterWords {
  title: string;
  sender: string;
  callCentre: string;
  date: string;
  number: string;
  line: string;
  text: string;
  steps: readonly [string, string, string];
  code: string;
  qr: string;
  until: (when: string) => string;
  once: string;
  notYou: { title: string; text: string };
  secret: string;
}

/** A reissue that still needs an action. */
export type ReissueUnderWay = Exclude<ReissueState, 'completed' | 'refused' | 'withdrawn' | 'expired'>;

export interface ReissueWords {
  title: string;
  none: string;
  past: string;
  states: Record<ReissueState, string>;
  /** The state of a reissue in progress, and who must act next. */
  underWay: Record<ReissueUnderWay, string>;
  causes: Record<ReissueCause, string>;
  proofs: Record<IdentityProof, string>;
  deliveries: Record<ReissueDelivery, string>;
  columns: Record<
    | 'number'
    | 'cause'
    | 'serialNumber'
    | 'proof'
    | 'delivery'
    | 'applied'
    | 'approved'
    | 'issued'
    | 'registered'
    | 'until'
    | 'closed',
    string
  >;
  /** Shown as the closing actor when the person completed the reissue on the new phone. */
  customer: string;
  apply: { name: string; text: string; submit: string; serialHint: string; deliveryHint: string };
  faults: Record<ApplicationFault, string>;
  own: string;
  toDecide: string;
  decideText: string;
  issue: {
    name: string;
    theirs: string;
    text: Record<ReissueDelivery, string>;
    submit: Record<ReissueDelivery, string>;
  };
  again: { name: string; text: string };
  withdraw: { name: string; text: string; submit: string };
  code: {
    title: string;
    text: Record<Exclude<ReissueDelivery, 'post'>, string>;
    qr: string;
    until: string;
    once: string;
    reload: string;
    back: string;
  };
  letter: { title: string; text: string; again: string };
}

export interface OperatorWords {
  desk: DeskWords;
  letter: LetterWords;
  reissues: ReissueWords;
}
