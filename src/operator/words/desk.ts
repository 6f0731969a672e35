import type { AuthenticationState, Channel } from '../../domain/authentication.ts';
import type { ApprovalKind, ApprovalState, OperatorRole } from '../../domain/operator.ts';
import type { ProblemCode } from '../../domain/problem.ts';
import type { CancelReason, SubscriptionState, SuspensionReason } from '../../domain/subscription.ts';
import type { CustomerReport, ReportKind } from '../customer-reports.ts';
import type { Locale } from '../../domain/locale.ts';
import type { Sentence } from '../../pages/words/site.ts';

/** What can be done to a subscription at the desk. */
export type DeskAction = 'reveal' | 'report-loss' | 'ask-resume' | 'unlock-pin' | 'ask-enrolment-code' | 'cancel';

export type DeskPlace = '/operator' | '/operator/approvals' | '/operator/charges' | '/operator/audit';

/** Something that was done, as its page says it afterwards. */
export type Done =
  | Exclude<DeskAction, 'reveal'>
  | 'approve'
  | 'refuse'
  | 'withdraw'
  | 'settle'
  | 'password'
  | 'apply-reissue'
  | 'withdraw-reissue';

export interface DeskMessages {
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
  reportKinds: Record<ReportKind, string>;
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

/** All that the operators' desk says. */
export const DESK_MESSAGES: Record<Locale, DeskMessages> = {
  ko: {
    name: '인증보호 상담 데스크',
    skip: '본문으로 바로 가기',
    navigation: '주요 메뉴',
    places: {
      '/operator': '조회',
      '/operator/approvals': '승인',
      '/operator/charges': '요금',
      '/operator/audit': '감사 기록',
    },
    roles: { viewer: '조회 담당', agent: '상담원', supervisor: '책임자' },
    signOut: '로그아웃',
    password: '비밀번호 변경',
    imprint: '이곳에서 본 것과 한 일은 모두 이유와 함께 기록됩니다.',
    home: '처음으로',
    reason: '이유',
    reasonHint: '한 줄로 200자까지 적습니다. 감사 기록에 남으므로 고객의 개인정보는 적지 않습니다.',
    signIn: {
      title: '상담 데스크 로그인',
      login: '아이디',
      password: '비밀번호',
      code: '인증 앱의 6자리 숫자',
      codeHint: '숫자는 30초마다 바뀌며 한 번만 쓸 수 있습니다.',
      submit: '로그인',
      wrong:
        '로그인하지 못했습니다. 아이디, 비밀번호, 인증 앱의 숫자를 확인해 주세요. 다섯 번 틀리면 15분 동안 잠깁니다.',
    },
    choose: {
      title: '비밀번호 변경',
      initial: '처음 받은 비밀번호입니다. 본인만 아는 비밀번호로 바꾼 뒤에 쓸 수 있습니다.',
      present: '현재 비밀번호',
      chosen: '새 비밀번호',
      chosenHint: '12자 이상. 길고 외우기 쉬운 문장이 좋습니다.',
      again: '새 비밀번호 확인',
      submit: '변경',
      faults: {
        short: '새 비밀번호는 12자 이상이어야 합니다.',
        long: '새 비밀번호는 200자까지입니다.',
        different: '새 비밀번호와 확인이 다릅니다.',
        same: '지금과 다른 비밀번호를 정해 주세요.',
        wrong: '현재 비밀번호가 맞지 않습니다.',
      },
    },
    search: {
      title: '전화번호로 조회',
      number: '휴대폰 번호',
      submit: '조회',
      numberFault: '010-1234-5678 같은 휴대폰 번호를 입력해 주세요.',
      reasonFault: '이유를 한 줄로 적어 주세요(200자까지).',
      results: (number, count) => `${number}: 가입 ${count}건`,
      none: '이 번호로 가입한 이력이 없습니다.',
      former: '해지된 가입은 이 번호를 전에 쓰던 다른 사람의 것일 수 있습니다.',
      open: '자세히 보기',
      again: '다시 조회',
    },
    ask: {
      title: '조회하는 이유',
      text: '이 화면을 보려면 이유가 필요합니다. 로그아웃할 때까지 이 화면에만 쓰입니다.',
      submit: '보기',
    },
    waiting: '승인을 기다리는 요청',
    nothingWaits: '기다리는 요청이 없습니다.',
    reports: '고객이 접수한 일',
    noReports: '처리할 접수가 없습니다.',
    reportKinds: { lost_phone: '휴대폰 분실', new_phone: '새 휴대폰', forgotten_pin: 'PIN 분실' },
    reportOutcomes: { suspended: '바로 정지됨', call_centre: '상담 필요' },
    settle: '처리 완료',
    settleTitle: '상담을 마쳤습니다',
    unknownNumber: '표시할 번호 없음',
    columns: {
      when: '일시',
      what: '내용',
      number: '번호',
      by: '담당자',
      reason: '이유',
      outcome: '결과',
      relyingParty: '요청한 곳',
      purpose: '용도',
      method: '방법',
      result: '결과',
      device: '기기',
      subscription: '가입',
      line: '회선',
      month: '이용 월',
      days: '일수',
      amount: '금액',
      address: '접속 주소',
      do: '처리',
      state: '상태',
      decided: '결정',
    },
    subscription: {
      title: '가입 정보',
      state: '상태',
      suspensions: '정지 사유',
      number: '휴대폰 번호',
      ended: '해지되어 표시하지 않습니다',
      since: '이 상태가 된 때',
      subscribedAt: '가입한 때',
      protectedSince: '보호 시작',
      notYet: '아직 시작하지 않음',
      device: '기기',
      noDevice: '등록된 기기 없음',
      pin: 'PIN',
      pinLocked: '잠김 (5회 오류)',
      pinOpen: '정상',
      serialNumber: '일련번호',
      actions: '처리',
      noActions: '할 수 있는 처리가 없습니다.',
      life: '가입의 흐름',
      history: '최근 인증 20건',
      noHistory: '인증 이력이 없습니다.',
      audit: '이 가입의 감사 기록',
      lookReason: '조회하는 이유',
      asked: '승인을 기다리는 요청이 있습니다.',
    },
    states: { awaiting_device: '앱 등록 대기', active: '이용 중', suspended: '일시 정지', cancelled: '해지' },
    why: {
      line_suspended: '회선 정지',
      loss_reported: '분실 신고',
      sim_swapped: 'USIM 변경',
      website: '홈페이지에서 해지',
      call_centre: '고객센터에서 해지',
      ported_out: '번호이동',
      owner_changed: '명의변경',
      unsupported_device: '지원하지 않는 휴대폰',
      line_terminated: '회선 해지',
      ineligible_plan: '가입할 수 없는 요금제',
    },
    deviceStates: { testing: '등록 중', active: '사용 중' },
    changes: {
      subscribed: '가입',
      device_activated: '앱 등록 완료',
      suspended: '정지',
      resumed: '정지 해제',
      cancelled: '해지',
    },
    actors: {
      customer: '고객',
      operator: '고객센터',
      carrier: '통신사',
      reconciliation: '통신사 대조',
      unknown: '알 수 없음',
    },
    channels: { push: '앱', sms: '문자', otp: 'OTP', sign: '거래 서명' },
    results: {
      pending: '대기',
      opened: '앱에서 확인 중',
      verified: '인증됨',
      declined: '고객이 거절',
      expired: '시간 초과',
      failed: '5회 오류',
      cancelled: '취소',
    },
    actions: {
      reveal: {
        name: '개인정보 보기',
        text: '전체 번호, 생년월일, 기기 이름을 한 번 보여 줍니다.',
        submit: '보기',
      },
      'report-loss': {
        name: '분실 신고',
        text: '인증을 바로 정지합니다. 고객에게 알림이 갑니다.',
        submit: '분실 신고 접수',
      },
      'ask-resume': {
        name: '분실 해제 요청',
        text: '다른 책임자가 승인하면 바로 해제됩니다.',
        submit: '승인 요청',
      },
      'unlock-pin': {
        name: 'PIN 잠금 해제',
        text: '고객이 PIN을 다섯 번 더 입력할 수 있습니다.',
        submit: '잠금 해제',
      },
      'ask-enrolment-code': {
        name: '등록 코드 요청',
        text: '새 휴대폰에 앱을 등록하는 코드입니다. 다른 책임자가 승인하면 요청한 사람이 한 번 받습니다.',
        submit: '승인 요청',
      },
      cancel: {
        name: '해지',
        text: '바로 해지되며 되돌릴 수 없습니다. 고객은 다시 가입할 수 있습니다.',
        submit: '해지',
      },
    },
    done: {
      'report-loss': '분실 신고를 접수하고 인증을 정지했습니다.',
      'ask-resume': '분실 해제를 요청했습니다. 다른 책임자의 승인을 기다립니다.',
      'unlock-pin': 'PIN 잠금을 해제했습니다.',
      'ask-enrolment-code': '등록 코드를 요청했습니다. 다른 책임자의 승인을 기다립니다.',
      cancel: '해지했습니다.',
      approve: '승인했습니다.',
      refuse: '거절했습니다.',
      withdraw: '요청을 취소했습니다.',
      settle: '접수를 처리 완료로 표시했습니다.',
      password: '비밀번호를 변경했습니다.',
      'apply-reissue': '재발급을 신청했습니다. 다른 책임자의 승인을 기다립니다.',
      'withdraw-reissue': '재발급을 취소했습니다.',
    },
    revealed: {
      title: '개인정보',
      text: '이 화면은 다시 열 수 없습니다. 보았다는 사실이 기록되었습니다.',
      number: '휴대폰 번호',
      birthDate: '생년월일',
      device: '기기 이름',
      back: '가입 정보로 돌아가기',
    },
    approvals: {
      title: '승인',
      open: '기다리는 요청',
      closed: '최근에 끝난 요청',
      none: '요청이 없습니다.',
      kinds: { resume: '분실 해제', enrolment_code: '등록 코드' },
      states: {
        asked: '승인 대기',
        approved: '승인됨',
        refused: '거절됨',
        expired: '기한 지남',
        withdrawn: '요청 취소',
        taken: '코드 받음',
      },
      until: '기한',
      approve: '승인',
      refuse: '거절',
      withdraw: '요청 취소',
      take: '등록 코드 받기',
      takeText: '코드는 한 번만 보이며 10분 동안 쓸 수 있습니다. 고객과 통화 중일 때 받으세요.',
      own: '본인이 요청한 것은 다른 책임자가 결정합니다.',
      forSupervisors: '책임자가 결정합니다.',
      decisionReason: '결정한 이유',
      look: '가입 정보 보기',
      toList: '승인 목록으로',
    },
    code: {
      title: '앱 등록 코드',
      text: '고객에게 읽어 주세요. 이 화면은 다시 열 수 없으며, 전에 받은 코드는 쓸 수 없습니다.',
      minutes: '10분 안에 한 번 쓸 수 있습니다.',
      uri: 'QR 코드에 담을 주소',
    },
    charges: {
      title: '요금',
      choose: '보려는 달',
      month: '달',
      submit: '보기',
      closed: (when) => `${when}에 마감되었습니다.`,
      open: '아직 마감되지 않았습니다. 지금까지의 요금입니다.',
      sum: '합계',
      rows: (count) => `${count}건`,
      shownOf: (shown, count) => `${count}건 가운데 ${shown}건을 보여 줍니다. 전체는 CSV로 받으세요.`,
      none: '이 달의 요금이 없습니다.',
      csv: 'CSV로 받기',
      correction: '지난달 정정',
    },
    audit: {
      title: '감사 기록',
      operator: '담당자 아이디',
      action: '한 일',
      all: '모두',
      filter: '찾기',
      older: '이전 기록',
      newest: '최신 기록',
      none: '기록이 없습니다.',
      done: '완료',
      refused: '거절',
    },
    audited: {
      find: '번호로 조회',
      eligibility: '가입 가능 여부 조회',
      look: '가입 정보 조회',
      reveal: '개인정보 보기',
      subscribe: '가입',
      cancel: '해지',
      'report-loss': '분실 신고',
      resume: '분실 해제',
      'unlock-pin': 'PIN 잠금 해제',
      'enrolment-code': '등록 코드 발급',
      history: '인증 이력 조회',
      audit: '가입의 감사 기록 조회',
      'ask-resume': '분실 해제 요청',
      'ask-enrolment-code': '등록 코드 요청',
      'approve-resume': '분실 해제 승인',
      'approve-enrolment-code': '등록 코드 승인',
      'refuse-resume': '분실 해제 거절',
      'refuse-enrolment-code': '등록 코드 거절',
      'withdraw-resume': '분실 해제 요청 취소',
      'withdraw-enrolment-code': '등록 코드 요청 취소',
      'take-enrolment-code': '등록 코드 받음',
      'settle-report': '고객 접수 처리',
      'apply-reissue': '재발급 신청',
      'approve-reissue': '재발급 승인',
      'refuse-reissue': '재발급 거절',
      'issue-reissue': '재발급 코드 발급',
      'withdraw-reissue': '재발급 취소',
      reissues: '재발급 조회',
      worklist: '처리할 목록 조회',
      charges: '요금 조회',
      'audit-log': '감사 기록 조회',
      'sign-in': '로그인',
    },
    twoPeople: {
      title: '두 사람이 필요합니다',
      text: '한 사람이 요청하고 다른 책임자가 결정해야 합니다.',
    },
    notPermitted: (roles) => ({
      title: '권한이 없습니다',
      text: `${roles}만 할 수 있습니다. 필요하면 그 역할의 동료에게 부탁하세요.`,
    }),
    problems: {
      invalid_request: { title: '입력을 확인해 주세요', text: '이유를 한 줄로 200자까지 적어 주세요.' },
      form_outdated: {
        title: '이 화면은 오래되었습니다',
        text: '처음부터 다시 열어 주세요. 입력한 내용은 처리되지 않았습니다.',
      },
      session_ended: {
        title: '로그인이 끝났습니다',
        text: '15분 동안 쓰지 않았거나 8시간이 지났습니다. 입력한 내용은 처리되지 않았습니다.',
      },
      too_many_requests: { title: '잠시 후 다시 시도해 주세요', text: '짧은 시간에 너무 많이 시도했습니다.' },
      service_unavailable: {
        title: '지금은 처리할 수 없습니다',
        text: '잠시 후 다시 시도해 주세요. 입력한 내용은 처리되지 않았습니다.',
      },
      not_found: { title: '찾는 화면이 없습니다', text: '주소가 바뀌었거나 없어진 화면입니다.' },
      subscription_not_found: { title: '가입을 찾을 수 없습니다', text: '전화번호로 다시 조회해 주세요.' },
      subscription_not_active: {
        title: '해지된 가입입니다',
        text: '회선의 주인이 바뀌었을 수 있어 개인정보를 보여 주지 않습니다.',
      },
      nothing_to_change: {
        title: '이미 처리되었습니다',
        text: '그사이에 상태가 바뀌었거나 같은 요청이 있습니다. 다시 조회해 주세요.',
      },
      approval_not_found: { title: '요청을 찾을 수 없습니다', text: '승인 목록에서 다시 확인해 주세요.' },
      approval_closed: {
        title: '이미 끝난 요청입니다',
        text: '다른 사람이 결정했거나 취소되었거나 기한이 지났습니다.',
      },
      reissue_not_found: { title: '재발급을 찾을 수 없습니다', text: '가입 정보에서 다시 확인해 주세요.' },
      reissue_closed: {
        title: '이미 처리되었습니다',
        text: '그사이에 다른 사람이 처리했거나 기한이 지났습니다. 가입 정보에서 다시 확인해 주세요.',
      },
    },
    failed: { title: '처리하지 못했습니다', text: '시스템의 문제이며 기록되었습니다. 잠시 후 다시 시도해 주세요.' },
    signInAgain: '다시 로그인',
  },
  en: {
    name: 'Push Guard operators’ desk',
    skip: 'Skip to the content',
    navigation: 'Main',
    places: {
      '/operator': 'Search',
      '/operator/approvals': 'Approvals',
      '/operator/charges': 'Charges',
      '/operator/audit': 'Audit',
    },
    roles: { viewer: 'Viewer', agent: 'Agent', supervisor: 'Supervisor' },
    signOut: 'Sign out',
    password: 'Change password',
    imprint: 'All that is seen and done here is recorded, with the reason for it.',
    home: 'Back to the start',
    reason: 'Reason',
    reasonHint: 'One line of up to 200 characters. It stays in the audit, so leave out what is personal.',
    signIn: {
      title: 'Sign in to the desk',
      login: 'Login',
      password: 'Password',
      code: 'Six digits from the authenticator app',
      codeHint: 'They change every 30 seconds and can be used once.',
      submit: 'Sign in',
      wrong:
        'You could not be signed in. Check the login, the password and the digits. After five wrong tries an account is locked for 15 minutes.',
    },
    choose: {
      title: 'Change the password',
      initial: 'This is the password that you were given. Choose one that only you know to go on.',
      present: 'Present password',
      chosen: 'New password',
      chosenHint: 'At least 12 characters. A long sentence that you remember is best.',
      again: 'New password again',
      submit: 'Change',
      faults: {
        short: 'The new password needs at least 12 characters.',
        long: 'The new password may have 200 characters.',
        different: 'The two new passwords differ.',
        same: 'Choose a password that is not the present one.',
        wrong: 'The present password is wrong.',
      },
    },
    search: {
      title: 'Search by phone number',
      number: 'Mobile number',
      submit: 'Search',
      numberFault: 'Enter a mobile number, such as 010-1234-5678.',
      reasonFault: 'Give a reason in one line of up to 200 characters.',
      results: (number, count) => `${number}: ${count === 1 ? '1 subscription' : `${count} subscriptions`}`,
      none: 'Nobody has subscribed with this number.',
      former: 'A cancelled subscription may belong to somebody who had this number before.',
      open: 'Look at it',
      again: 'Search again',
    },
    ask: {
      title: 'Why you look',
      text: 'This page needs a reason. It holds for this page alone, until you sign out.',
      submit: 'Show',
    },
    waiting: 'Waiting for approval',
    nothingWaits: 'Nothing waits.',
    reports: 'Reported by customers',
    noReports: 'There is nothing to deal with.',
    reportKinds: { lost_phone: 'Lost phone', new_phone: 'New phone', forgotten_pin: 'Forgotten PIN' },
    reportOutcomes: { suspended: 'suspended at once', call_centre: 'needs a call' },
    settle: 'Settle',
    settleTitle: 'The customer was spoken with',
    unknownNumber: 'no number to show',
    columns: {
      when: 'When',
      what: 'What',
      number: 'Number',
      by: 'By',
      reason: 'Reason',
      outcome: 'Outcome',
      relyingParty: 'Asked by',
      purpose: 'Purpose',
      method: 'Method',
      result: 'Result',
      device: 'Device',
      subscription: 'Subscription',
      line: 'Line',
      month: 'Month of use',
      days: 'Days',
      amount: 'Amount',
      address: 'Address',
      do: 'Actions',
      state: 'State',
      decided: 'Decision',
    },
    subscription: {
      title: 'Subscription',
      state: 'State',
      suspensions: 'Suspended for',
      number: 'Mobile number',
      ended: 'not shown after the end',
      since: 'In this state since',
      subscribedAt: 'Subscribed',
      protectedSince: 'Protected since',
      notYet: 'not yet',
      device: 'Device',
      noDevice: 'no device enrolled',
      pin: 'PIN',
      pinLocked: 'locked (five wrong)',
      pinOpen: 'in order',
      serialNumber: 'Serial number',
      actions: 'Actions',
      noActions: 'There is nothing that you can do.',
      life: 'What happened',
      history: 'The last 20 authentications',
      noHistory: 'There were none.',
      audit: 'The audit of this subscription',
      lookReason: 'Why you look',
      asked: 'Something waits for approval here.',
    },
    states: {
      awaiting_device: 'waiting for its app',
      active: 'active',
      suspended: 'suspended',
      cancelled: 'cancelled',
    },
    why: {
      line_suspended: 'line suspended',
      loss_reported: 'loss reported',
      sim_swapped: 'SIM swapped',
      website: 'cancelled on the website',
      call_centre: 'cancelled by the call centre',
      ported_out: 'number ported out',
      owner_changed: 'owner changed',
      unsupported_device: 'unsupported phone',
      line_terminated: 'line terminated',
      ineligible_plan: 'plan that cannot subscribe',
    },
    deviceStates: { testing: 'being enrolled', active: 'in use' },
    changes: {
      subscribed: 'Subscribed',
      device_activated: 'App enrolled',
      suspended: 'Suspended',
      resumed: 'Suspension lifted',
      cancelled: 'Cancelled',
    },
    actors: {
      customer: 'customer',
      operator: 'call centre',
      carrier: 'carrier',
      reconciliation: 'carrier’s snapshot',
      unknown: 'unknown',
    },
    channels: { push: 'app', sms: 'SMS', otp: 'OTP', sign: 'signed transaction' },
    results: {
      pending: 'pending',
      opened: 'open in the app',
      verified: 'verified',
      declined: 'declined',
      expired: 'expired',
      failed: 'five wrong codes',
      cancelled: 'cancelled',
    },
    actions: {
      reveal: {
        name: 'Show personal data',
        text: 'Shows the whole number, the birth date and the device’s name once.',
        submit: 'Show',
      },
      'report-loss': {
        name: 'Report a loss',
        text: 'Suspends at once. The customer is told.',
        submit: 'Report the loss',
      },
      'ask-resume': {
        name: 'Ask to resume',
        text: 'It is resumed as soon as another supervisor approves.',
        submit: 'Ask for approval',
      },
      'unlock-pin': { name: 'Unlock the PIN', text: 'The customer can try the PIN five more times.', submit: 'Unlock' },
      'ask-enrolment-code': {
        name: 'Ask for an enrolment code',
        text: 'It enrols the app on another phone. Once another supervisor approves, whoever asked can take it once.',
        submit: 'Ask for approval',
      },
      cancel: {
        name: 'Cancel',
        text: 'Ends it at once and for good. The customer may subscribe again.',
        submit: 'Cancel the subscription',
      },
    },
    done: {
      'report-loss': 'The loss is reported and the subscription suspended.',
      'ask-resume': 'Asked. It waits for another supervisor.',
      'unlock-pin': 'The PIN is unlocked.',
      'ask-enrolment-code': 'Asked. It waits for another supervisor.',
      cancel: 'The subscription is cancelled.',
      approve: 'Approved.',
      refuse: 'Refused.',
      withdraw: 'Withdrawn.',
      settle: 'The report is settled.',
      password: 'The password is changed.',
      'apply-reissue': 'The reissue is applied for. It waits for another supervisor.',
      'withdraw-reissue': 'The reissue is withdrawn.',
    },
    revealed: {
      title: 'Personal data',
      text: 'This page cannot be opened again. That you saw it is recorded.',
      number: 'Mobile number',
      birthDate: 'Birth date',
      device: 'Device name',
      back: 'Back to the subscription',
    },
    approvals: {
      title: 'Approvals',
      open: 'Waiting',
      closed: 'Recently closed',
      none: 'There are none.',
      kinds: { resume: 'Resume after a loss', enrolment_code: 'Enrolment code' },
      states: {
        asked: 'waiting',
        approved: 'approved',
        refused: 'refused',
        expired: 'expired',
        withdrawn: 'withdrawn',
        taken: 'code taken',
      },
      until: 'Until',
      approve: 'Approve',
      refuse: 'Refuse',
      withdraw: 'Withdraw',
      take: 'Take the enrolment code',
      takeText: 'It is shown once and good for ten minutes. Take it with the customer on the phone.',
      own: 'What you asked for is decided by another supervisor.',
      forSupervisors: 'A supervisor decides.',
      decisionReason: 'Reason of the decision',
      look: 'Look at the subscription',
      toList: 'To the approvals',
    },
    code: {
      title: 'Enrolment code',
      text: 'Read it to the customer. This page cannot be opened again, and earlier codes are void.',
      minutes: 'Good once, for ten minutes.',
      uri: 'What a QR code holds',
    },
    charges: {
      title: 'Charges',
      choose: 'Which month',
      month: 'Month',
      submit: 'Show',
      closed: (when) => `Closed on ${when}.`,
      open: 'Not closed yet: what would be charged by now.',
      sum: 'Sum',
      rows: (count) => `${count} rows`,
      shownOf: (shown, count) => `${shown} of ${count} rows are shown; all of them are in the CSV.`,
      none: 'Nothing is charged in this month.',
      csv: 'Download as CSV',
      correction: 'correction',
    },
    audit: {
      title: 'Audit',
      operator: 'Operator’s login',
      action: 'Action',
      all: 'all',
      filter: 'Filter',
      older: 'Older',
      newest: 'Newest',
      none: 'There is nothing.',
      done: 'done',
      refused: 'refused',
    },
    audited: {
      find: 'search by number',
      eligibility: 'check of a line',
      look: 'look at a subscription',
      reveal: 'personal data shown',
      subscribe: 'subscribed',
      cancel: 'cancelled',
      'report-loss': 'loss reported',
      resume: 'resumed',
      'unlock-pin': 'PIN unlocked',
      'enrolment-code': 'enrolment code issued',
      history: 'authentications looked at',
      audit: 'audit of a subscription looked at',
      'ask-resume': 'resume asked for',
      'ask-enrolment-code': 'enrolment code asked for',
      'approve-resume': 'resume approved',
      'approve-enrolment-code': 'enrolment code approved',
      'refuse-resume': 'resume refused',
      'refuse-enrolment-code': 'enrolment code refused',
      'withdraw-resume': 'resume withdrawn',
      'withdraw-enrolment-code': 'enrolment code withdrawn',
      'take-enrolment-code': 'enrolment code taken',
      'settle-report': 'report settled',
      'apply-reissue': 'reissue applied for',
      'approve-reissue': 'reissue approved',
      'refuse-reissue': 'reissue refused',
      'issue-reissue': 'reissue code issued',
      'withdraw-reissue': 'reissue withdrawn',
      reissues: 'reissues looked at',
      worklist: 'work list looked at',
      charges: 'charges looked at',
      'audit-log': 'audit looked at',
      'sign-in': 'sign-in',
    },
    twoPeople: {
      title: 'This needs two people',
      text: 'One asks for it, and another person, a supervisor, decides.',
    },
    notPermitted: (roles) => ({
      title: 'You may not do this',
      text: `Only for: ${roles}. Ask a colleague who is one.`,
    }),
    problems: {
      invalid_request: {
        title: 'Please check what you entered',
        text: 'Give a reason in one line of up to 200 characters.',
      },
      form_outdated: { title: 'This page is out of date', text: 'Open it anew. Nothing that you entered was done.' },
      session_ended: {
        title: 'You were signed out',
        text: 'It was 15 minutes without use, or 8 hours. Nothing that you entered was done.',
      },
      too_many_requests: { title: 'Please wait a little', text: 'Too much was tried in a short time.' },
      service_unavailable: {
        title: 'This cannot be done just now',
        text: 'Try again in a moment. Nothing that you entered was done.',
      },
      not_found: { title: 'There is no such page', text: 'The address has changed, or the page is gone.' },
      subscription_not_found: { title: 'There is no such subscription', text: 'Search for it by its phone number.' },
      subscription_not_active: {
        title: 'The subscription has ended',
        text: 'Its line may be somebody else’s now, so no personal data are shown.',
      },
      nothing_to_change: {
        title: 'That was done already',
        text: 'It has changed in the meantime, or the same was asked for. Look it up again.',
      },
      approval_not_found: { title: 'Nothing was asked for under this address', text: 'Look at the approvals.' },
      approval_closed: {
        title: 'This is closed',
        text: 'Somebody else has decided, or it was withdrawn, or its time is over.',
      },
      reissue_not_found: { title: 'There is no such reissue', text: 'Look at the subscription.' },
      reissue_closed: {
        title: 'That cannot be done any more',
        text: 'Somebody else has dealt with it, or its time is over. Look at the subscription.',
      },
    },
    failed: { title: 'That did not work', text: 'The fault is on our side and was recorded. Try again in a moment.' },
    signInAgain: 'Sign in again',
  },
};
