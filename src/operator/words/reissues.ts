import type { IdentityProof, ReissueCause, ReissueDelivery, ReissueState } from '../../domain/reissue.ts';
import type { Locale } from '../../domain/locale.ts';
import type { ApplicationFault } from '../pages/read-application.ts';

/** A reissue that somebody still has to do something about. */
export type ReissueUnderWay = Exclude<ReissueState, 'completed' | 'refused' | 'withdrawn' | 'expired'>;

export interface ReissueMessages {
  title: string;
  none: string;
  past: string;
  states: Record<ReissueState, string>;
  /** How one that is under way stands, and who has to do what. */
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
  /** Whoever closed it, where it was the person with the phone. */
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

/** What the desk says of reissues. */
export const REISSUE_MESSAGES: Record<Locale, ReissueMessages> = {
  ko: {
    title: '재발급',
    none: '재발급한 적이 없습니다.',
    past: '지난 재발급',
    states: {
      applied: '승인 대기',
      approved: '승인됨',
      issued: '코드 발급됨',
      registered: '새 휴대폰 등록됨',
      completed: '완료',
      refused: '거절됨',
      withdrawn: '취소됨',
      expired: '기한 지남',
    },
    underWay: {
      applied: '신청되었습니다. 신청한 사람이 아닌 책임자의 결정을 기다립니다.',
      approved: '승인되어 이전 휴대폰은 더는 쓸 수 없습니다. 코드를 발급해 고객에게 전해 주세요.',
      issued: '코드가 발급되었습니다. 고객이 새 휴대폰에 앱을 등록하기를 기다립니다.',
      registered: '새 휴대폰에 앱이 등록되었습니다. 고객이 시험 인증번호를 확인하면 끝납니다.',
    },
    causes: { lost: '분실', broken: '고장' },
    proofs: { phone: '휴대폰', certificate: '공동인증서', i_pin: '아이핀', id_card: '신분증' },
    deliveries: { visit: '방문', post: '우편', app: '앱' },
    columns: {
      number: '재발급 번호',
      cause: '사유',
      serialNumber: '이전 일련번호',
      proof: '본인 확인',
      delivery: '받는 방법',
      applied: '신청',
      approved: '승인',
      issued: '코드 발급',
      registered: '앱 등록',
      until: '기한',
      closed: '끝난 때',
    },
    customer: '고객',
    apply: {
      name: '재발급 신청',
      text: '본인을 확인한 뒤에 신청합니다. 분실이면 인증이 바로 정지되고 고객에게 알림이 갑니다. 신청한 사람이 아닌 책임자가 승인합니다.',
      submit: '재발급 신청',
      serialHint: '고객이 읽어 주는 대로 적습니다. 예: PG-1234-5678-9012',
      deliveryHint: '방문과 앱은 10분 동안 쓸 코드를 화면에 보여 주고, 우편은 등록 안내문을 인쇄합니다.',
    },
    faults: {
      cause: '사유를 골라 주세요.',
      oldSerialNumber: 'PG-0000-0000-0000처럼 숫자 12자리를 적어 주세요.',
      mismatch: '이 가입에서 쓰던 일련번호가 아닙니다. 고객에게 다시 읽어 달라고 하세요.',
      identityProof: '본인을 어떻게 확인했는지 골라 주세요.',
      delivery: '받는 방법을 골라 주세요.',
      reason: '이유를 한 줄로 적어 주세요(200자까지).',
    },
    own: '본인이 신청한 것은 다른 책임자가 결정합니다.',
    toDecide: '승인 화면에서 결정하기',
    decideText: '승인하면 이전 휴대폰은 바로, 영구히 쓸 수 없게 됩니다.',
    issue: {
      theirs: '신청한 상담원이 코드를 발급합니다. 자리에 없으면 취소하고 다시 신청해 주세요.',
      name: '코드 발급',
      text: {
        visit: '고객이 창구에 있을 때 발급하세요. 코드는 한 번만 보이며 10분 동안 쓸 수 있습니다.',
        post: '등록 안내문을 한 번 보여 줍니다. 인쇄해서 우편으로 보내세요.',
        app: '고객과 통화하면서 발급하세요. 코드는 한 번만 보이며 10분 동안 쓸 수 있습니다.',
      },
      submit: { visit: '코드 발급', post: '등록 안내문 만들기', app: '코드 발급' },
    },
    again: {
      name: '코드 다시 발급',
      text: '우편물이 없어졌거나 등록하지 못했을 때 다시 발급합니다. 전에 발급한 코드와 마치지 못한 등록은 쓸 수 없게 됩니다.',
    },
    withdraw: {
      name: '재발급 취소',
      text: '진행을 멈추고, 발급한 코드를 쓸 수 없게 합니다. 승인된 뒤에는 이전 휴대폰도 다시 쓸 수 없습니다.',
      submit: '재발급 취소',
    },
    code: {
      title: '재발급 등록 코드',
      text: {
        visit: '고객의 새 휴대폰으로 QR 코드를 찍게 하거나 코드를 입력하게 하세요.',
        app: '고객에게 코드를 읽어 주고, 새 휴대폰의 앱에 입력하게 하세요.',
      },
      qr: '등록 코드가 든 QR 코드',
      until: '기한',
      once: '한 번만 쓸 수 있습니다.',
      reload: '이 화면은 다시 열 수 없습니다. 새로고침해 다시 보내면 새 코드가 나오고 이 코드는 쓸 수 없게 됩니다.',
      back: '가입 정보로 돌아가기',
    },
    letter: {
      title: '등록 안내문',
      text: '브라우저의 인쇄(Ctrl+P)로 A4 한 장에 인쇄하세요. 이 안내문은 저장되지 않습니다.',
      again: '이 화면은 다시 열 수 없습니다. 새로고침해 다시 보내면 새 코드가 나오고 이 안내문은 쓸 수 없게 됩니다.',
    },
  },
  en: {
    title: 'Reissue',
    none: 'There was none.',
    past: 'Earlier reissues',
    states: {
      applied: 'waiting',
      approved: 'approved',
      issued: 'code issued',
      registered: 'new phone registered',
      completed: 'completed',
      refused: 'refused',
      withdrawn: 'withdrawn',
      expired: 'expired',
    },
    underWay: {
      applied: 'Applied for. It waits for a supervisor who did not apply for it.',
      approved: 'Approved; the old phone can no longer be used. Issue the code and hand it over.',
      issued: 'The code is issued. It waits for the customer to enrol the app on the new phone.',
      registered: 'The app is enrolled on the new phone. It is done when the customer confirms the test code.',
    },
    causes: { lost: 'lost', broken: 'broken' },
    proofs: { phone: 'phone', certificate: 'joint certificate', i_pin: 'i-PIN', id_card: 'identity card' },
    deliveries: { visit: 'visit', post: 'post', app: 'app' },
    columns: {
      number: 'Reissue number',
      cause: 'Cause',
      serialNumber: 'Old serial number',
      proof: 'Identity shown by',
      delivery: 'Delivery',
      applied: 'Applied',
      approved: 'Approved',
      issued: 'Code issued',
      registered: 'App enrolled',
      until: 'Until',
      closed: 'Closed',
    },
    customer: 'customer',
    apply: {
      name: 'Apply for a reissue',
      text: 'Make sure of who it is first. A loss suspends at once, and the customer is told. A supervisor who did not apply for it approves.',
      submit: 'Apply for the reissue',
      serialHint: 'As the customer reads it, such as PG-1234-5678-9012.',
      deliveryHint: 'Visit and app show a code that is good for ten minutes; post prints an activation letter.',
    },
    faults: {
      cause: 'Choose a cause.',
      oldSerialNumber: 'Enter twelve digits, as in PG-0000-0000-0000.',
      mismatch: 'No phone of this subscription has that number. Let the customer read it again.',
      identityProof: 'Choose how the customer showed who they are.',
      delivery: 'Choose how the code travels.',
      reason: 'Give a reason in one line of up to 200 characters.',
    },
    own: 'What you applied for is decided by another supervisor.',
    toDecide: 'Decide it at the approvals',
    decideText: 'Once it is approved, the old phone can never be used again.',
    issue: {
      theirs: 'Whoever applied for it issues the code; if they are away, withdraw it and apply anew.',
      name: 'Issue the code',
      text: {
        visit: 'Issue it with the customer at the counter. It is shown once and good for ten minutes.',
        post: 'Shows an activation letter once, to be printed and sent by post.',
        app: 'Issue it with the customer on the phone. It is shown once and good for ten minutes.',
      },
      submit: { visit: 'Issue the code', post: 'Make the activation letter', app: 'Issue the code' },
    },
    again: {
      name: 'Issue the code again',
      text: 'For a letter that was lost, or an enrolment that failed. The code before, and an enrolment not finished, are void.',
    },
    withdraw: {
      name: 'Withdraw the reissue',
      text: 'Stops it, and makes its code void. Once it was approved, the old phone stays out of use.',
      submit: 'Withdraw the reissue',
    },
    code: {
      title: 'Reissue: enrolment code',
      text: {
        visit: 'Let the customer scan the QR code with the new phone, or type the code.',
        app: 'Read the code to the customer, who types it into the app on the new phone.',
      },
      qr: 'QR code with the enrolment code',
      until: 'Good until',
      once: 'It can be used once.',
      reload: 'This page cannot be opened again. Sending it again draws a new code, and this one is void.',
      back: 'Back to the subscription',
    },
    letter: {
      title: 'Activation letter',
      text: 'Print it on one sheet of A4 with the browser (Ctrl+P). It is kept nowhere.',
      again: 'This page cannot be opened again. Sending it again draws a new code, and this letter is void.',
    },
  },
};
