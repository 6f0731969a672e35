import type { BrandNames } from '../../pages/brand.ts';
import type { CorrectableFact } from '../../domain/correction.ts';
import type { DeskAction, DeskPlace, Done, ReissueUnderWay } from './keys.ts';
import type { ApprovalKind, ApprovalState, OperatorRole } from '../../domain/operator.ts';
import type { CustomerReportKind } from '../../customers/report.ts';
import type { CustomerReport } from '../customer-reports.ts';
import type { CancelReason, SubscriptionState, SuspensionReason } from '../../domain/subscription.ts';
import type { AuthenticationState, Channel } from '../../domain/authentication.ts';
import type { ProblemCode } from '../../domain/problem.ts';
import type { TextState } from '../../domain/text-message.ts';
import type { Sentence } from '../../pages/sentence.ts';
import type { IdentityProof, ReissueCause, ReissueDelivery, ReissueState } from '../../domain/reissue.ts';
import type { CallerCheckState, CheckedDeed } from '../../domain/caller-check.ts';
import type { ApplicationFault } from '../pages/read-application.ts';
import type { AlertKind } from '../../domain/alert.ts';
import type { PushAnswerOutcome, PushedKind } from '../../domain/push-answer.ts';
import type { Finding } from '../../domain/first-look.ts';
import type { TestPushState } from '../phone-deeds.ts';

/** What a sentence of the first look may name. */
interface FindingFacts {
  days: number;
  names: string;
  held: number;
}

/** The audit of checks for one deed, by the name of the deed in the audit. */
const callerAudit = (deed: string, words: string): Record<string, string> => ({
  [`ask-caller-${deed}`]: `본인 확인 요청(${words})`,
  [`verify-caller-${deed}`]: `본인 확인 번호 입력(${words})`,
  [`caller-used-${deed}`]: `본인 확인으로 처리(${words})`,
  [`caller-lapsed-${deed}`]: `본인 확인 후 처리하지 않음(${words})`,
  [`caller-not-me-${deed}`]: `고객이 전화하지 않았다고 답함(${words})`,
  [`caller-declined-${deed}`]: `고객이 본인 확인을 거절함(${words})`,
  [`caller-expired-${deed}`]: `본인 확인 시간 초과(${words})`,
  [`caller-failed-${deed}`]: `본인 확인 번호 5회 오류(${words})`,
  [`caller-cancelled-${deed}`]: `본인 확인 취소(${words})`,
});

export const ko = ({ service, callCentre }: BrandNames) => ({
  desk: {
    name: `${service} 상담 데스크`,
    places: {
      '/operator': '조회',
      '/operator/approvals': '승인',
      '/operator/charges': '요금',
      '/operator/audit': '감사 기록',
    } satisfies Record<DeskPlace, string>,
    roles: { viewer: '조회 담당', agent: '상담원', supervisor: '책임자' } satisfies Record<OperatorRole, string>,
    imprint: '조회와 처리 내역은 모두 사유와 함께 기록됩니다.',
    reason: '사유',
    reasonHint: '한 줄, 200자 이내로 입력합니다. 감사 기록에 남으므로 고객의 개인정보는 입력하지 마세요.',
    call: { name: '상담 사유', end: '상담 끝내기' },
    reasonPresets: [
      '알림이 오지 않는다는 문의',
      '비밀번호 잠김 문의',
      '휴대폰 분실 신고',
      '새 휴대폰 등록 문의',
      '해지 문의',
      '요금 문의',
      '모르는 인증 요청 문의',
      '가입 문의',
    ],
    eligibility: {
      title: '가입 가능 여부',
      eligible: '지금 가입할 수 있는 회선입니다. 홈페이지에서 가입하도록 안내하세요.',
      notEligible: '지금은 가입할 수 없습니다.',
      unknown: '통신사가 응답하지 않아 지금은 확인할 수 없습니다.',
    },
    signIn: '상담 데스크 로그인',
    search: {
      title: '휴대폰번호 조회',
      number: '휴대폰번호',
      submit: '조회',
      numberFault: '휴대폰번호를 정확히 입력해 주세요. 예: 010-1234-5678',
      reasonFault: '사유를 한 줄, 200자 이내로 입력해 주세요.',
      results: (number: string, count: number) => `${number}: 가입 ${count}건`,
      none: '이 번호의 가입 이력이 없습니다.',
      former: '해지된 가입은 이 번호의 이전 사용자가 가입한 것일 수 있습니다.',
      open: '상세 보기',
      again: '다시 조회',
    },
    subscribe: {
      title: '보류 중 가입 요청',
      text: '최근 유심이 변경되었거나 분실이 신고되어 지금은 가입할 수 없는 회선입니다. 고객을 대면해 신분증으로 확인한 경우에만 요청하세요. 다른 책임자도 고객을 확인하고 승인해야 합니다.',
      identified: '본인이 대면으로 확인됨',
      agreed: '이용약관과 개인정보 처리방침을 읽어 주고 동의를 받음',
      terms: '이용약관 (새 창)',
      privacy: '개인정보 처리방침 (새 창)',
      submit: '승인 요청',
    },
    ask: {
      title: '조회 사유',
      text: '이 화면을 조회하려면 사유를 입력해야 합니다. 입력한 사유는 로그아웃할 때까지 이 화면에만 적용됩니다.',
      submit: '조회',
    },
    overview: {
      title: '현황',
      alarm: (since: string, until: string) =>
        `로그인 없는 분실 신고가 급증했습니다(${since}부터). 한도를 넘은 신고는 정지 없이 2시간 동안 문자 인증과 새 휴대폰 등록만 보류합니다. 고객 접수 맨 위의 신고부터 고객에게 전화해 주세요. 보류 종료: ${until}`,
      lossReports: '오늘 처리할 분실 신고',
      suspended: '일시 정지',
      linesInDoubt: '문자 인증 보류 회선',
      waiting: '결정 대기',
      waits: (approvals: number, reissues: number) => `승인 ${approvals} · 재발급 ${reissues}`,
      notMe: '‘내가 아님’ (24시간)',
    },
    waiting: '승인 대기',
    nothingWaits: '승인을 기다리는 요청이 없습니다.',
    reports: '고객 접수',
    noReports: '처리할 접수 건이 없습니다.',
    reportKinds: { lost_phone: '휴대폰 분실', new_phone: '새 휴대폰', forgotten_pin: '비밀번호 분실' } satisfies Record<
      CustomerReportKind,
      string
    >,
    reportOutcomes: { suspended: '즉시 정지됨', call_centre: '상담 필요' } satisfies Record<
      CustomerReport['outcome'],
      string
    >,
    settle: '처리 완료',
    settleTitle: '상담 완료',
    unknownNumber: '번호 없음',
    columns: {
      when: '일시',
      what: '내용',
      number: '번호',
      by: '담당자',
      reason: '사유',
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
      address: '접속 IP',
      do: '처리',
      state: '상태',
      decided: '결정',
    } satisfies Record<
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
    >,
    subscription: {
      title: '가입 정보',
      state: '상태',
      suspensions: '정지 사유',
      number: '휴대폰번호',
      ended: '해지되어 표시하지 않음',
      noNumber: '현재 없음(번호가 다른 회선으로 이동)',
      since: '상태 변경일',
      subscribedAt: '가입일',
      protectedSince: '보호 시작일',
      notYet: '시작 전',
      device: '기기',
      noDevice: '등록된 기기 없음',
      pin: '비밀번호',
      pinLocked: '잠김 (5회 오류)',
      pinExhausted: '해제 불가 (누적 15회 오류) · 새 등록 필요',
      pinOpen: '정상',
      serialNumber: '일련번호',
      actions: '처리',
      noActions: '처리할 수 있는 항목이 없습니다.',
      life: '가입 이력',
      history: '최근 인증 20건',
      noHistory: '인증 이력이 없습니다.',
      audit: '감사 기록',
      lookReason: '조회 사유',
      asked: '승인을 기다리는 요청이 있습니다.',
      hold: {
        name: '회선 보류',
        until: '유심 변경·분실 후 문자 인증과 재가입 보류, 해제 예정:',
        whileSuspended: '정지가 해제될 때까지 문자 인증과 재가입 보류',
      },
      newPhone: {
        name: '새 휴대폰 신청',
        forCarrier: '통신사의 기기변경 통보 대기 중',
        until: '대기 중, 등록 코드 문자 발송 예정:',
        objected: '기존 휴대폰이 거절함, 홈페이지 재신청 가능:',
        suspended: '정지 중이라 문자로 보내지 않음 (등록 코드는 두 사람이 승인)',
      },
    },
    states: {
      awaiting_device: '앱 등록 대기',
      active: '이용 중',
      suspended: '일시 정지',
      cancelled: '해지',
    } satisfies Record<SubscriptionState, string>,
    why: {
      line_suspended: '회선 정지',
      loss_reported: '분실 신고',
      sim_swapped: '유심 변경',
      website: '홈페이지에서 해지',
      call_centre: '고객센터에서 해지',
      ported_out: '번호이동',
      owner_changed: '명의변경',
      unsupported_device: '미지원 휴대폰',
      line_terminated: '회선 해지',
      ineligible_plan: '가입 불가 요금제',
    } satisfies Record<SuspensionReason | CancelReason, string>,
    deviceStates: { testing: '등록 중', active: '사용 중' } satisfies Record<string, string> as Record<string, string>,
    changes: {
      subscribed: '가입',
      device_activated: '앱 등록 완료',
      suspended: '정지',
      resumed: '정지 해제',
      cancelled: '해지',
    } satisfies Record<string, string> as Record<string, string>,
    actors: {
      customer: '고객',
      operator: '고객센터',
      carrier: '통신사',
      reconciliation: '통신사 정보 대사',
      unknown: '알 수 없음',
    } satisfies Record<string, string> as Record<string, string>,
    channels: { push: '앱', sms: '문자', otp: 'OTP', sign: '거래 서명' } satisfies Record<Channel, string>,
    results: {
      pending: '대기',
      opened: '앱에서 확인 중',
      verified: '인증 완료',
      declined: '고객 거절',
      expired: '시간 초과',
      failed: '5회 오류',
      cancelled: '취소',
    } satisfies Record<AuthenticationState, string>,
    texts: {
      title: '최근 문자 20건',
      unsubscribed: '가입 없이 발송된 문자',
      none: '발송된 문자가 없습니다.',
      settled: '결과 확인 시각',
      code: '인증번호',
      enrolmentCode: '앱 등록 코드',
      notice: '알림',
      states: {
        accepted: '발송됨 (수신 결과 대기)',
        unknown: '수신 여부 알 수 없음',
        delivered: '휴대폰에 수신됨',
        expired: '실패: 유효 시간 안에 전달되지 않음',
        deleted: '실패: 문자 센터에서 삭제됨',
        undeliverable: '실패: 전달할 수 없음',
        rejected: '실패: 문자 센터에서 거부됨',
      } satisfies Record<TextState, string>,
    },
    actions: {
      reveal: {
        name: '개인정보 보기',
        text: '휴대폰번호 전체, 생년월일, 기기 이름과 재발급 신청의 우편 주소를 한 번만 표시합니다.',
        submit: '보기',
      },
      'report-loss': {
        name: '분실 신고',
        text: '인증을 즉시 정지하고 고객에게 알립니다.',
        submit: '분실 신고 접수',
      },
      'ask-resume': {
        name: '분실 해제 요청',
        text: '다른 책임자가 승인하면 즉시 해제됩니다.',
        submit: '승인 요청',
      },
      'unlock-pin': {
        name: '비밀번호 잠금 해제',
        text: '고객이 비밀번호를 5번 더 입력할 수 있습니다.',
        submit: '잠금 해제',
      },
      'ask-enrolment-code': {
        name: '등록 코드 요청',
        text: '새 휴대폰에 앱을 등록하는 코드입니다. 다른 책임자가 승인하면 요청한 사람이 한 번 확인할 수 있습니다.',
        submit: '승인 요청',
      },
      'ask-unlock-pin': {
        name: '비밀번호 잠금 해제 요청',
        text: '24시간 안에 이미 한 번 해제했습니다. 다른 책임자가 승인하면 다시 해제됩니다.',
        submit: '승인 요청',
      },
      'ask-cancel': {
        name: '해지 요청',
        text: '다른 책임자가 승인하면 즉시 해지되며 되돌릴 수 없습니다. 고객은 다시 가입할 수 있습니다.',
        submit: '승인 요청',
      },
    } satisfies Record<DeskAction, { name: string; text: string; submit: string }>,
    done: {
      'report-loss': '분실 신고를 접수하고 인증을 정지했습니다.',
      'ask-resume': '분실 해제를 요청했습니다. 다른 책임자가 승인하면 해제됩니다.',
      'unlock-pin': '비밀번호 잠금을 해제했습니다.',
      'ask-enrolment-code': '등록 코드를 요청했습니다. 다른 책임자가 승인하면 확인할 수 있습니다.',
      'ask-unlock-pin': '비밀번호 잠금 해제를 요청했습니다. 다른 책임자가 승인하면 해제됩니다.',
      'ask-cancel': '해지를 요청했습니다. 다른 책임자가 승인하면 해지됩니다.',
      'ask-subscribe': '가입을 요청했습니다. 다른 책임자가 승인하면 등록 코드를 확인할 수 있습니다.',
      cancel: '해지했습니다.',
      approve: '승인했습니다.',
      refuse: '거절했습니다.',
      withdraw: '요청을 취소했습니다.',
      settle: '접수 건을 처리 완료했습니다.',
      'apply-reissue': '재발급을 신청했습니다. 다른 책임자가 승인하면 코드를 발급할 수 있습니다.',
      'withdraw-reissue': '재발급을 취소했습니다.',
      'end-sms': '문자 허용을 종료했습니다.',
      'ask-correction': '통신사에 정정을 요청할 내용으로 남겼습니다.',
      'close-correction': '정정 요청을 종료했습니다.',
      'end-call': '상담을 끝냈습니다. 다음 조회에는 사유를 새로 입력합니다.',
      'decline-reissue': '재발급 신청을 종료했습니다.',
      'reveal-over': '개인정보를 이미 한 번 표시했습니다. 다시 보려면 사유를 다시 입력해 주세요.',
    } satisfies Record<Done, string>,
    revealed: {
      title: '개인정보',
      text: '이 화면은 다시 열 수 없습니다. 조회한 사실이 기록되었습니다.',
      number: '휴대폰번호',
      birthDate: '생년월일',
      device: '기기 이름',
      recipient: '우편 주소',
      back: '가입 정보로 돌아가기',
      backToApprovals: '승인 화면으로 돌아가기',
    },
    approvals: {
      title: '승인',
      open: '승인 대기',
      closed: '최근 종료된 요청',
      none: '요청이 없습니다.',
      kinds: {
        resume: '분실 해제',
        enrolment_code: '등록 코드',
        cancel: '해지',
        unlock_pin: '비밀번호 잠금 해제',
        subscribe: '보류 중 가입',
      } satisfies Record<ApprovalKind, string>,
      standing: '회선 상태',
      nothingStands: '정지·보류 없음',
      heldUntil: '유심 변경·분실 후 보류',
      held: '정지가 해제될 때까지 보류',
      customer: '본인 확인',
      identified: '본인이 대면으로 확인됨',
      states: {
        asked: '승인 대기',
        approved: '승인됨',
        refused: '거절됨',
        expired: '기한 만료',
        withdrawn: '요청 취소',
        taken: '코드 확인',
      } satisfies Record<ApprovalState, string>,
      until: '기한',
      approve: '승인',
      refuse: '거절',
      withdraw: '요청 취소',
      take: '등록 코드 확인',
      takeText: '코드는 한 번만 표시되며 10분 동안 유효합니다. 고객과 통화 중일 때 확인하세요.',
      own: '본인이 요청한 건은 다른 책임자가 결정합니다.',
      forSupervisors: '책임자만 결정할 수 있습니다.',
      decisionReason: '결정 사유',
      look: '가입 정보 보기',
      toList: '승인 목록으로',
    },
    code: {
      title: '앱 등록 코드',
      text: '고객에게 읽어 주세요. 이 화면은 다시 열 수 없으며, 이전에 발급한 코드는 사용할 수 없습니다.',
      minutes: '10분 안에 한 번만 사용할 수 있습니다.',
      uri: 'QR 코드용 주소',
      qr: '등록 코드 QR',
      left: '남은 시간',
      spelling: '읽어 주는 방법',
      textIt: '회선 번호로 문자 보내기',
      textAgain: '문자 다시 보내기',
      textHint: '이 회선의 번호로만 보냅니다. 하루에 3번까지 보낼 수 있고 기록됩니다.',
      texted: '문자 발송을 요청했습니다. 수신 여부는 가입 정보의 최근 문자에서 확인합니다.',
      noText: '유심이 변경되었거나 정지 중이어서 문자로 보낼 수 없습니다. 읽어 주세요.',
    },
    charges: {
      title: '요금',
      choose: '조회 월 선택',
      month: '조회 월',
      submit: '조회',
      closed: (when: string) => `${when}에 마감되었습니다.`,
      open: '마감 전입니다. 현재까지의 요금입니다.',
      sum: '합계',
      rows: (count: string) => `${count}건`,
      shownOf: (shown: string, count: string) =>
        `${count}건 중 ${shown}건을 표시합니다. 전체 목록은 CSV로 내려받으세요.`,
      none: '이 달에 청구할 요금이 없습니다.',
      csv: 'CSV 내려받기',
      correction: '지난달 정정',
    },
    audit: {
      title: '감사 기록',
      operator: '담당자 아이디',
      action: '작업',
      lists: '목록 조회도 표시',
      csv: 'CSV 내려받기',
      none: '기록이 없습니다.',
      done: '완료',
      refused: '거절',
    },
    audited: {
      'text-code': '등록 코드 문자 발송',
      'ask-correction': '정보 정정 요청',
      'close-correction': '정보 정정 요청 종료',
      find: '번호 조회',
      eligibility: '가입 가능 여부 조회',
      look: '가입 정보 조회',
      reveal: '개인정보 보기',
      subscribe: '가입',
      cancel: '해지',
      'report-loss': '분실 신고',
      resume: '분실 해제',
      'unlock-pin': '비밀번호 잠금 해제',
      'enrolment-code': '등록 코드 발급',
      history: '인증 이력 조회',
      audit: '가입별 감사 기록 조회',
      'ask-resume': '분실 해제 요청',
      'ask-enrolment-code': '등록 코드 요청',
      'approve-resume': '분실 해제 승인',
      'approve-enrolment-code': '등록 코드 승인',
      'refuse-resume': '분실 해제 거절',
      'refuse-enrolment-code': '등록 코드 거절',
      'withdraw-resume': '분실 해제 요청 취소',
      'withdraw-enrolment-code': '등록 코드 요청 취소',
      'take-enrolment-code': '등록 코드 확인',
      'ask-cancel': '해지 요청',
      'approve-cancel': '해지 승인',
      'refuse-cancel': '해지 거절',
      'withdraw-cancel': '해지 요청 취소',
      'ask-unlock-pin': '비밀번호 잠금 해제 요청',
      'approve-unlock-pin': '비밀번호 잠금 해제 승인',
      'refuse-unlock-pin': '비밀번호 잠금 해제 거절',
      'withdraw-unlock-pin': '비밀번호 잠금 해제 요청 취소',
      'ask-subscribe-identified': '대면 확인 후 가입 요청',
      'approve-subscribe-identified': '대면 확인 후 가입 승인',
      'refuse-subscribe-identified': '대면 확인 후 가입 거절',
      'withdraw-subscribe-identified': '대면 확인 후 가입 요청 취소',
      'take-subscribe-identified': '대면 확인 후 가입, 등록 코드 확인',
      'settle-report': '고객 접수 처리',
      'test-push': '시험 알림 보내기',
      'end-sms-permission': '문자 허용 종료',
      'apply-reissue': '재발급 신청',
      'approve-reissue': '재발급 승인',
      'refuse-reissue': '재발급 거절',
      'issue-reissue': '재발급 코드 발급',
      'withdraw-reissue': '재발급 취소',
      'decline-reissue': '재발급 신청 종료',
      reissues: '재발급 조회',
      worklist: '처리 목록 조회',
      overview: '현황 조회',
      charges: '요금 조회',
      'audit-log': '감사 기록 조회',
      'sign-in': '로그인',
      password: '비밀번호 변경',
      authenticator: '인증 앱 변경',
      'console-sign-in': '콘솔 로그인',
      'console-confirm': '콘솔 인증 앱 코드 확인',
      'console-invite': '콘솔 초대',
      'console-accept-invitation': '콘솔 초대 수락',
      'console-withdraw-invitation': '콘솔 초대 취소',
      'console-change-role': '콘솔 역할 변경',
      'console-end-member': '콘솔 구성원 제외',
      'console-password': '콘솔 비밀번호 변경',
      'console-authenticator': '콘솔 인증 앱 변경',
      'console-disable': '콘솔 계정 중지',
      'console-change-test-keys': '콘솔에서 테스트 키 변경',
      'console-rotate-secret': '콘솔에서 시크릿 변경',
      'console-rotate-test-secret': '콘솔에서 테스트 시크릿 변경',
      'console-change-keys': '콘솔에서 키 변경',
      'console-change-addresses': '콘솔에서 주소 변경',
      'console-change-switches': '콘솔에서 설정 변경',
      'console-webhook-add': '콘솔에서 웹훅 주소 추가',
      'console-webhook-change': '콘솔에서 웹훅 주소 변경',
      'console-webhook-disable': '콘솔에서 웹훅 주소 중지',
      'console-webhook-enable': '콘솔에서 웹훅 주소 다시 사용',
      'console-webhook-remove': '콘솔에서 웹훅 주소 삭제',
      'console-webhook-secret': '콘솔에서 웹훅 시크릿 변경',
      'console-webhook-resend': '콘솔에서 웹훅 이벤트 다시 보내기',
      ...callerAudit('cancel', '해지'),
      ...callerAudit('unlock-pin', '비밀번호 잠금 해제'),
    } satisfies Record<string, string> as Record<string, string>,
    twoPeople: {
      title: '두 사람이 필요합니다',
      text: '요청한 사람이 아닌 다른 책임자가 결정해야 합니다.',
    },
    problems: {
      invalid_request: {
        title: '입력을 확인해 주세요',
        text: '필수 항목을 모두 입력해 주세요. 사유는 한 줄, 200자 이내입니다.',
      },
      subscription_not_found: { title: '가입 정보를 찾을 수 없습니다', text: '휴대폰번호로 다시 조회해 주세요.' },
      subscription_not_active: {
        title: '해지된 가입입니다',
        text: '회선의 명의자가 바뀌었을 수 있어 개인정보를 표시하지 않습니다.',
      },
      nothing_to_change: {
        title: '이미 처리되었습니다',
        text: '상태가 이미 변경되었거나 같은 요청이 있습니다. 다시 조회해 주세요.',
      },
      second_person_required: {
        title: '두 사람이 필요합니다',
        text: '가입 정보에서 승인을 요청하면 다른 책임자가 결정합니다.',
      },
      not_eligible: {
        title: '가입할 수 없는 회선입니다',
        text: '유심 변경이나 분실 외에도 가입 조건에 맞지 않는 항목이 있습니다.',
      },
      caller_not_checkable: {
        title: '푸시로 본인을 확인할 수 없습니다',
        text: '이용이 정지되었거나, 사용 중인 앱이 없거나, 비밀번호가 잠긴 휴대폰입니다. 다른 책임자의 승인을 받아 처리해 주세요.',
      },
      caller_denied: {
        title: '고객이 전화하지 않았다고 답했습니다',
        text: '지금 통화하는 사람은 고객이 아닐 수 있습니다. 아무것도 처리하지 말고 통화를 마치세요. 60분 동안 다시 요청할 수 없습니다.',
      },
      approval_not_found: { title: '요청을 찾을 수 없습니다', text: '승인 목록에서 다시 확인해 주세요.' },
      approval_closed: {
        title: '이미 종료된 요청입니다',
        text: '다른 담당자가 결정했거나, 취소되었거나, 기한이 만료되었습니다.',
      },
      authentication_not_found: { title: '인증 이력을 찾을 수 없습니다', text: '가입 정보에서 다시 확인해 주세요.' },
      reissue_not_found: { title: '재발급 정보를 찾을 수 없습니다', text: '가입 정보에서 다시 확인해 주세요.' },
      reissue_closed: {
        title: '이미 처리되었습니다',
        text: '다른 담당자가 처리했거나 기한이 만료되었습니다. 가입 정보에서 다시 확인해 주세요.',
      },
    } satisfies Partial<Record<ProblemCode, Sentence>> as Partial<Record<ProblemCode, Sentence>>,
  },
  letter: {
    title: '앱 등록 안내문',
    sender: `${service} 고객센터`,
    callCentre: `고객센터: ${callCentre} (24시간 분실 신고)`,
    /** After the name of the recipient. */
    honorific: '귀하',
    date: '날짜',
    number: '재발급 번호',
    line: '휴대폰번호',
    text: `신청하신 재발급이 승인되었습니다. 아래 등록 코드로 새 휴대폰에 ${service} 앱을 등록해 주세요. 이전 휴대폰의 앱은 더 이상 사용할 수 없습니다.`,
    steps: [
      `새 휴대폰에 ${service} 앱을 설치하고 실행합니다.`,
      '‘등록 코드로 시작하기’를 눌러 QR 코드를 스캔하거나 등록 코드를 입력합니다.',
      '비밀번호를 정하고 테스트 인증번호를 확인합니다.',
    ] satisfies readonly [string, string, string],
    code: '등록 코드',
    qr: '등록 코드 QR',
    until: (when: string) => `${when}까지`,
    once: '1회만 사용할 수 있습니다',
    notYou: {
      title: '신청하지 않으셨나요?',
      text: '코드를 사용하지 말고 바로 고객센터에 알려 주세요.',
    },
    secret: '이 코드를 다른 사람에게 알려 주지 마세요. 고객센터에서도 묻지 않습니다.',
  },
  reissues: {
    title: '재발급',
    none: '재발급 이력이 없습니다.',
    past: '이전 재발급',
    /** The customer's own application on the website. */
    ownApplication: {
      list: '고객의 재발급 신청',
      none: '확인할 신청이 없습니다.',
      title: '고객이 홈페이지에서 신청했습니다',
      text: '신청만으로는 아무것도 바뀌지 않습니다. 본인임을 확인한 뒤 재발급을 신청하세요. 본인이 아니면 신청을 종료하세요.',
      byApp: (id: string) => `앱 인증 완료 (인증 번호 ${id})`,
      from: '신청 경로',
      atDesk: '고객센터 (고객이 직접 낸 신청 없음)',
      noLogin: '로그인 없이 신청 (앱 인증 없음)',
      reference: '확인할 접수번호',
      recipient: '우편 주소',
      filed: '접수 일시',
      more: (count: number) => `표시하지 않은 신청이 ${count}건 더 있습니다. 접수번호로 찾을 수 있습니다.`,
      find: {
        name: '접수번호로 신청 찾기',
        text: '누구나 고객 이름으로 신청할 수 있습니다. 고객이 불러 주는 접수번호로 고객이 직접 낸 신청을 찾습니다.',
        number: '접수번호',
        submit: '찾기',
        unknown: '이 가입에 대기 중인 신청이 없는 접수번호입니다. 고객에게 다시 확인해 주세요.',
      },
      stale: '앱 인증이 3일보다 오래되어 본인 확인 수단이 될 수 없습니다. 다른 수단으로 확인하세요.',
      take: '이 신청으로 재발급 신청',
      identified: '본인 확인 수단을 직접 확인했습니다.',
      identifiedFault: '본인 확인을 마친 뒤 표시해 주세요.',
      decline: '신청 종료',
      declineText: '고객과 통화해 재발급하지 않기로 했을 때 종료합니다. 고객의 서비스에는 변화가 없습니다.',
    },
    states: {
      applied: '승인 대기',
      approved: '승인됨',
      issued: '코드 발급됨',
      registered: '새 휴대폰 등록됨',
      completed: '완료',
      refused: '거절됨',
      withdrawn: '취소됨',
      expired: '기한 만료',
    } satisfies Record<ReissueState, string>,
    /** The state of a reissue in progress, and who must act next. */
    underWay: {
      applied: '신청되었습니다. 신청자가 아닌 책임자가 결정해야 합니다.',
      approved: '승인되었습니다. 이전 휴대폰은 더 이상 사용할 수 없습니다. 등록 코드를 발급해 고객에게 전달해 주세요.',
      issued: '등록 코드가 발급되었습니다. 고객이 새 휴대폰에 앱을 등록해야 합니다.',
      registered: '새 휴대폰에 앱이 등록되었습니다. 고객이 테스트 인증번호를 확인하면 완료됩니다.',
    } satisfies Record<ReissueUnderWay, string>,
    causes: { lost: '분실', broken: '고장' } satisfies Record<ReissueCause, string>,
    proofs: { phone: '휴대폰', certificate: '공동인증서', i_pin: '아이핀', id_card: '신분증' } satisfies Record<
      IdentityProof,
      string
    >,
    deliveries: { visit: '방문', post: '우편', app: '앱' } satisfies Record<ReissueDelivery, string>,
    columns: {
      number: '재발급 번호',
      cause: '사유',
      serialNumber: '이전 일련번호',
      proof: '본인 확인 수단',
      delivery: '수령 방법',
      applied: '신청',
      approved: '승인',
      issued: '코드 발급',
      registered: '앱 등록',
      until: '기한',
      closed: '종료일',
    } satisfies Record<
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
    >,
    /** Shown as the closing actor when the person completed the reissue on the new phone. */
    customer: '고객',
    apply: {
      name: '재발급 신청',
      text: '본인을 확인한 뒤 신청합니다. 분실이면 인증이 즉시 정지되고 고객에게 알림이 갑니다. 신청자가 아닌 책임자가 승인해야 합니다.',
      submit: '재발급 신청',
      serialHint: '고객이 불러 주는 대로 입력합니다. 예: PG-1234-5678-9012',
      deliveryHint: '방문과 앱은 10분 동안 유효한 코드를 화면에 표시하고, 우편은 등록 안내문을 인쇄합니다.',
    },
    faults: {
      cause: '재발급 사유를 선택해 주세요.',
      oldSerialNumber: '숫자 12자리를 입력해 주세요. 예: PG-0000-0000-0000',
      mismatch: '이 가입에 등록된 일련번호가 아닙니다. 고객에게 다시 확인해 주세요.',
      identityProof: '본인 확인 수단을 선택해 주세요.',
      delivery: '수령 방법을 선택해 주세요.',
      reason: '사유를 한 줄, 200자 이내로 입력해 주세요.',
    } satisfies Record<ApplicationFault, string>,
    own: '본인이 신청한 건은 다른 책임자가 결정합니다.',
    toDecide: '승인 화면으로 이동',
    decideText: '승인하면 이전 휴대폰은 즉시, 영구히 사용할 수 없게 됩니다.',
    issue: {
      theirs: '신청한 담당자만 코드를 발급할 수 있습니다. 담당자가 자리에 없으면 취소하고 다시 신청해 주세요.',
      name: '코드 발급',
      text: {
        visit: '고객이 창구에 있을 때 발급하세요. 코드는 한 번만 표시되며 10분 동안 유효합니다.',
        post: '등록 안내문을 한 번만 표시합니다. 인쇄해서 우편으로 보내세요.',
        app: '고객과 통화하면서 발급하세요. 코드는 한 번만 표시되며 10분 동안 유효합니다.',
      } satisfies Record<ReissueDelivery, string>,
      submit: { visit: '코드 발급', post: '등록 안내문 만들기', app: '코드 발급' } satisfies Record<
        ReissueDelivery,
        string
      >,
    },
    again: {
      name: '코드 다시 발급',
      text: '우편물이 분실되었거나 등록에 실패했을 때 다시 발급합니다. 이전에 발급한 코드와 완료하지 못한 등록은 무효가 됩니다.',
    },
    withdraw: {
      name: '재발급 취소',
      text: '재발급을 중단하고 발급한 코드를 무효로 합니다. 승인된 뒤에 취소하면 이전 휴대폰도 다시 사용할 수 없습니다.',
      submit: '재발급 취소',
    },
    code: {
      title: '재발급 등록 코드',
      text: {
        visit: '고객이 새 휴대폰으로 QR 코드를 스캔하거나 코드를 입력하도록 안내하세요.',
        app: '고객에게 코드를 읽어 주고 새 휴대폰의 앱에 입력하도록 안내하세요.',
      } satisfies Record<Exclude<ReissueDelivery, 'post'>, string>,
      qr: '등록 코드 QR',
      until: '기한',
      once: '1회만 사용할 수 있습니다.',
      reload: '이 화면은 다시 열 수 없습니다. 새로고침해서 다시 제출하면 새 코드가 발급되고 이 코드는 무효가 됩니다.',
      back: '가입 정보로 돌아가기',
    },
    letter: {
      title: '등록 안내문',
      text: '브라우저의 인쇄(Ctrl+P)로 A4 용지 한 장에 인쇄하세요. 이 안내문은 저장되지 않습니다.',
      again: '이 화면은 다시 열 수 없습니다. 새로고침해서 다시 제출하면 새 코드가 발급되고 이 안내문은 무효가 됩니다.',
    },
  },
  /** Facts of the line that only the carrier can change. */
  corrections: {
    title: '통신사 정보 정정',
    none: '정정을 기다리는 정보가 없습니다.',
    ask: '정보 정정 요청',
    askText: '명의·번호·요금제 같은 정보는 통신사만 바꿀 수 있습니다. 무엇이 다른지 남기면 책임자가 통신사에 알립니다.',
    fact: '다른 정보',
    facts: {
      owner: '명의자 생년월일·성별',
      number: '휴대폰번호',
      plan: '요금제',
      holder: '명의 (개인·법인)',
      handset: '휴대폰 기종',
      status: '회선 상태',
    } satisfies Record<CorrectableFact, string>,
    detail: '고객이 말한 내용',
    detailHint: '한 줄, 200자까지. 암호화해 보관합니다.',
    submit: '정정 요청 남기기',
    faults: { fact: '어떤 정보가 다른지 선택해 주세요.', detail: '내용을 한 줄, 200자 이내로 입력해 주세요.' },
    close: '통신사에 알리고 종료',
    closeText: '통신사에 정정을 요청한 뒤 종료합니다. 정보는 통신사가 바꾸면 자동으로 바뀝니다.',
  },
  callerCheck: {
    name: '본인 확인 요청(푸시)',
    text: '고객의 앱이 고객센터에 전화했는지 묻습니다. 고객이 불러 주는 번호를 입력하면 선택한 처리 한 가지만 3분 안에 혼자 할 수 있습니다.',
    deed: '처리할 내용',
    deeds: { cancel: '해지', unlock_pin: '비밀번호 잠금 해제' } satisfies Record<CheckedDeed, string>,
    submit: '고객의 앱에 요청',
    does: {
      cancel: { text: '즉시 해지되며 되돌릴 수 없습니다. 고객은 다시 가입할 수 있습니다.', submit: '해지' },
      unlock_pin: { text: '고객이 비밀번호를 5번 더 입력할 수 있습니다.', submit: '잠금 해제' },
    } satisfies Record<CheckedDeed, { text: string; submit: string }>,
    impossible:
      '지금은 푸시로 본인을 확인할 수 없습니다. 이용 중이고, 앱이 등록되어 있고, 비밀번호가 잠기지 않은 휴대폰에만 요청할 수 있습니다. 잠긴 비밀번호는 본인을 증명하지 못합니다.',
    underWay: '본인 확인을 진행하고 있습니다. 확인 화면으로 이동',
    denied: '고객이 전화하지 않았다고 답했습니다. 60분 동안 본인 확인을 요청할 수 없습니다.',
    denials: '전화하지 않았다는 답',
    timeLeft: '남은 시간',
    look: '새로 고침',
    code: '고객이 불러 준 번호 6자리',
    verify: '확인',
    wrong: (left: number) => `번호가 다릅니다. ${left}번 더 입력할 수 있습니다.`,
    withdraw: '요청 취소',
    back: '가입 정보로 돌아가기',
    states: {
      asked: {
        title: '고객의 앱에 요청했습니다',
        text: () =>
          '고객에게 앱을 열어 ‘네, 제가 전화했습니다’를 누르고 비밀번호를 입력하도록 안내하세요. 비밀번호는 묻지 마세요.',
      },
      opened: {
        title: '고객이 번호를 보고 있습니다',
        text: () => '고객이 앱에 표시된 번호를 불러 주면 입력하세요.',
      },
      verified: {
        title: '본인을 확인했습니다',
        text: (deed: string) => `남은 시간 안에 지금 로그인한 상담원만 한 번 처리할 수 있습니다: ${deed}`,
      },
      used: { title: '처리에 사용했습니다', text: (deed: string) => `이 확인으로 처리했습니다: ${deed}` },
      lapsed: {
        title: '확인이 만료되었습니다',
        text: () => '시간이 지났거나 가입 상태가 변경되었습니다. 필요하면 다시 요청하세요.',
      },
      not_me: {
        title: '고객이 전화하지 않았다고 답했습니다',
        text: () =>
          '지금 통화하는 사람은 고객이 아닐 수 있습니다. 아무것도 처리하지 말고 통화를 마치세요. 60분 동안 다시 요청할 수 없습니다.',
      },
      declined: { title: '고객이 거절했습니다', text: () => '고객이 앱에서 요청을 거절했습니다.' },
      expired: { title: '시간이 지났습니다', text: () => '3분 안에 확인하지 못했습니다. 필요하면 다시 요청하세요.' },
      failed: { title: '번호를 5번 틀렸습니다', text: () => '이 요청은 종료되었습니다. 필요하면 다시 요청하세요.' },
      cancelled: { title: '요청이 취소되었습니다', text: () => '필요하면 다시 요청하세요.' },
    } satisfies Record<CallerCheckState, { title: string; text: (deed: string) => string }>,
  },
  phone: {
    firstLook: {
      title: '먼저 확인할 것',
      say: '고객 안내:',
      findings: {
        cancelled: {
          what: () => '해지된 가입입니다. 이 휴대폰으로는 인증 요청이 가지 않습니다.',
          say: '서비스가 해지되어 알림이 오지 않습니다. 원하시면 홈페이지에서 다시 가입하실 수 있습니다.',
        },
        sim_swapped: {
          what: () => '유심이 변경되어 인증이 정지되었습니다.',
          say: '유심이 바뀌어 보호를 위해 멈췄습니다. 사용하던 휴대폰의 앱에서 ‘유심 변경’ 알림을 확인하거나 앱을 다시 등록해 주세요.',
        },
        loss_reported: {
          what: () => '분실이 신고되어 인증이 정지되었습니다.',
          say: '분실 신고로 멈춘 상태입니다. 휴대폰을 찾으셨으면 본인 확인 후 분실 해제를 요청하겠습니다.',
        },
        line_suspended: {
          what: () => '통신사가 회선을 정지해 인증도 정지되었습니다.',
          say: '회선 정지가 풀리면 자동으로 다시 사용할 수 있습니다. 회선 정지는 통신사에 문의해 주세요.',
        },
        never_enrolled: {
          what: () => '가입만 하고 앱을 아직 등록하지 않았습니다.',
          say: '앱을 설치하고 등록 코드를 입력해야 알림이 옵니다. 홈페이지에서 등록 코드를 받으실 수 있습니다.',
        },
        not_tested: {
          what: () => '앱을 등록했지만 테스트 인증번호를 확인하지 않아 아직 사용할 수 없습니다.',
          say: '앱을 열어 테스트 인증번호를 확인해 주세요. 10분이 지났으면 등록 코드를 새로 받아 다시 등록해야 합니다.',
        },
        no_phone: {
          what: () => '사용 중인 휴대폰이 없습니다. 기기변경 후 앱을 다시 등록하지 않았습니다.',
          say: '새 휴대폰에 앱을 다시 등록해야 알림이 옵니다. 홈페이지 ‘새 휴대폰’에서 신청하실 수 있습니다.',
        },
        pin_exhausted: {
          what: () => '비밀번호를 모두 15번 틀려 이 등록은 더 이상 사용할 수 없습니다.',
          say: '비밀번호를 풀 수 없어 앱을 새로 등록해야 합니다.',
        },
        pin_locked: {
          what: () => '비밀번호가 잠겨 알림이 와도 인증할 수 없습니다.',
          say: '비밀번호를 5번 틀려 잠겼습니다. 본인 확인 후 잠금을 해제해 드리겠습니다.',
        },
        token_dead: {
          what: () => '푸시 토큰이 만료되었습니다. 앱을 삭제했거나 알림 등록이 끊겨 알림을 보낼 곳이 없습니다.',
          say: '앱을 한 번 열어 주세요. 다시 연결됩니다. 앱이 없으면 다시 설치하고 등록해 주세요. 그때까지는 요청한 뒤 앱을 직접 열면 인증할 수 있습니다.',
        },
        token_missing: {
          what: () => '이 휴대폰에는 푸시 토큰이 없어 알림을 보낼 수 없습니다.',
          say: '앱을 한 번 열어 알림을 허용해 주세요. 그때까지는 앱을 직접 열면 요청을 볼 수 있습니다.',
        },
        push_refused: {
          what: () => '푸시 서비스가 마지막 푸시를 거부했습니다.',
          say: '지금은 알림을 보내지 못하고 있습니다. 앱을 직접 열면 요청을 보고 인증할 수 있습니다.',
        },
        push_delayed: {
          what: () => '푸시 서비스가 마지막 푸시를 받지 못했습니다. 일시적인 장애일 수 있습니다.',
          say: '알림이 늦어지고 있습니다. 앱을 직접 열면 요청을 보고 인증할 수 있습니다.',
        },
        silent: {
          what: ({ days }) =>
            `앱이 ${days}일 동안 접속하지 않았습니다. 휴대폰이 꺼져 있거나 인터넷에 연결되지 않았을 수 있습니다.`,
          say: '휴대폰의 인터넷 연결과 배터리 절약 설정을 확인하고 앱을 열어 주세요.',
        },
        held: {
          what: ({ held }) =>
            `최근 1시간 동안 요청 ${held}건은 알림 없이 보관되었습니다. 횟수를 넘었거나 ‘내가 아님’이라고 답한 뒤의 요청입니다.`,
          say: '앱을 직접 열면 보관된 요청을 볼 수 있습니다. 본인이 시작한 요청이면 앱에서 확인해 주세요.',
        },
        sms_permitted: {
          what: ({ names }) => `문자 허용 중입니다. ${names}의 인증번호는 알림이 아니라 문자로 갑니다.`,
          say: '지금은 문자로 인증번호가 갑니다. 아래 최근 문자에서 수신 여부를 확인해 드리겠습니다.',
        },
        nothing: {
          what: () => '서비스 쪽에서는 이상이 없습니다. 푸시를 보낼 수 있고 앱도 최근에 접속했습니다.',
          say: '휴대폰 설정에서 이 앱의 알림이 켜져 있는지, 방해 금지 모드가 아닌지 확인해 주세요. 시험 알림을 보내 함께 확인할 수 있습니다.',
        },
      } satisfies Record<Finding, { what: (about: FindingFacts) => string; say: string }>,
    },
    title: '휴대폰과 알림',
    noPhone: '등록된 휴대폰이 없습니다.',
    lastContact: '앱의 마지막 접속',
    daysAgo: (days: number) => `${days}일 전`,
    app: '앱 버전 (등록할 때)',
    pushService: '푸시 서비스',
    pushServices: { fcm: 'Google FCM', apns: 'Apple APNs', webpush: '웹 푸시' } satisfies Record<
      string,
      string
    > as Record<string, string>,
    token: '푸시 토큰',
    tokenAlive: '유효, 등록:',
    tokenDead: '삭제됨: 푸시 서비스가 앱이 없다고 알림',
    tokenMissing: '없음',
    pushes: '최근 푸시 5건',
    noPushes: '최근 14일 동안 보낸 푸시가 없습니다.',
    answer: '푸시 서비스의 답',
    answeredAt: '답한 시각',
    took: '걸린 시간',
    milliseconds: (ms: number) => `${ms}ms`,
    attempt: (count: number) => `${count}번째 시도`,
    kinds: {
      wake: '인증 요청',
      code: '인증번호',
      cancelled: '요청 취소',
      test: '등록 테스트',
      notice: '서비스 안내',
      alert: '확인 요청',
      push_test: '시험 알림',
    } satisfies Record<PushedKind, string>,
    outcomes: {
      accepted: '접수됨',
      unregistered: '모르는 토큰 (삭제함)',
      rejected: '거부됨',
      retry: '일시 실패, 다시 보냄',
    } satisfies Record<PushAnswerOutcome, string>,
    test: {
      name: '시험 알림',
      text: '고객의 휴대폰에 ‘고객센터에서 보낸 시험 알림입니다’라고 표시됩니다. 10분에 3번, 하루에 10번까지 보낼 수 있습니다.',
      submit: '시험 알림 보내기',
      look: '새로 고침',
      back: '가입 정보로 돌아가기',
      states: {
        waiting: { title: '보내고 있습니다', text: '푸시 서비스의 답을 기다리고 있습니다.' },
        retry: {
          title: '푸시 서비스가 받지 못했습니다',
          text: '일시적인 장애일 수 있어 1분 동안 다시 보냅니다. 고객에게 앱을 직접 열도록 안내하세요.',
        },
        accepted: {
          title: '푸시 서비스가 받았습니다',
          text: '휴대폰에 표시되었는지는 알 수 없습니다. 고객에게 ‘알림 시험’이 보이는지 묻고, 눌러서 앱을 열도록 안내하세요. 보이지 않으면 휴대폰의 알림 설정, 방해 금지 모드, 배터리 절약을 확인합니다.',
        },
        reached: {
          title: '그 뒤에 앱이 접속했습니다',
          text: '푸시 서비스가 시험 알림을 받은 뒤 앱이 서비스에 접속했습니다. 알림을 눌러서인지, 알림이 표시되었는지는 알 수 없으니 고객에게 물어보세요.',
        },
        unregistered: {
          title: '푸시 서비스가 이 앱을 모릅니다',
          text: '앱을 삭제했거나 알림 등록이 끊겼을 수 있습니다. 토큰을 삭제했습니다. 고객에게 앱을 열도록, 없으면 다시 설치하고 등록하도록 안내하세요.',
        },
        rejected: {
          title: '푸시 서비스가 거부했습니다',
          text: '같은 푸시를 다시 보내도 거부됩니다. 고객에게 앱을 직접 열도록 안내하고, 아래 코드를 운영 담당자에게 알려 주세요.',
        },
        over: {
          title: '보내지 못했습니다',
          text: '1분 안에 푸시 서비스의 답을 받지 못했습니다. 잠시 후 다시 시도해 주세요.',
        },
      } satisfies Record<TestPushState, Sentence>,
    },
    history: {
      title: '인증 진행 과정',
      facts: '정보',
      timeline: '진행 과정',
      attempts: '입력한 인증번호',
      held: '알림',
      heldText: '보내지 않음 (횟수를 넘었거나 ‘내가 아님’ 답변 이후)',
      notMe: '고객의 답',
      notMeText: '모르는 요청이라고 답함',
      verifiedAfter: '인증까지 걸린 시간',
      by: '시작한 곳',
      byWindow: '인증창',
      byServer: '이용 기관 서버',
      back: '가입 정보로 돌아가기',
      timeUnknown: '틀린 인증번호의 입력 시각은 보관하지 않습니다.',
      steps: {
        startedByServer: '이용 기관이 시작했습니다.',
        startedByWindow: '인증창에서 시작했습니다.',
        sentPush: '알림을 푸시 서비스로 보내도록 했습니다. 푸시 서비스의 답은 ‘최근 푸시’에 있습니다.',
        sentText: '문자를 보내도록 했습니다. 수신 결과는 ‘최근 문자’에 있습니다.',
        resent: (count: number) =>
          count === 1 ? '다시 보냈습니다.' : `${count}번 다시 보냈습니다. 마지막 시각입니다.`,
        opened: '고객이 앱에서 비밀번호를 입력해 인증번호를 받았습니다.',
        openedToSign: '고객이 앱에서 비밀번호를 입력해 거래 내용과 인증번호를 확인했습니다.',
        wrongCodes: (count: number) => `틀린 인증번호를 ${count}번 입력했습니다.`,
        ended: {
          pending: '대기 중입니다.',
          opened: '열려 있습니다.',
          verified: '맞는 인증번호를 입력해 인증되었습니다.',
          declined: '고객이 거절했습니다.',
          expired: '시간이 지나 끝났습니다.',
          failed: '인증번호를 5번 틀려 끝났습니다.',
          cancelled: '취소되었습니다.',
        },
      },
      failures: {
        declined_not_me:
          '고객이 앱에서 ‘모르는 요청’이라고 답했습니다. 다른 사람이 고객의 정보를 입력했을 수 있습니다.',
        declined_cancelled: '고객이 더 진행하지 않으려고 앱에서 거절했습니다.',
        declined_wrong_details: '앱에 표시된 내용이 맞지 않아 고객이 거절했습니다.',
        declined: '고객이 거절했습니다.',
        wrong_codes: '인증번호를 5번 틀렸습니다. 사이트에서 처음부터 다시 시작해야 합니다.',
        expired_before_opening:
          '3분 안에 앱에서 비밀번호를 입력하지 않았습니다. 알림이 오지 않았다면 위의 ‘먼저 확인할 것’과 최근 푸시를 확인하세요.',
        expired_after_opening: '고객이 앱에서 인증번호를 받았지만 3분 안에 사이트에 입력하지 않았습니다.',
        expired: '시간 안에 맞는 인증번호가 입력되지 않았습니다.',
        cancelled:
          '이용 기관이 취소했거나, 새 요청을 시작했거나, 가입이 정지·해지되었거나 통신사 정보가 바뀌어 취소되었습니다.',
      },
    },
    others: {
      title: '이용 중인 것',
      none: '없음',
      locked: '잠김 (5회 오류)',
      since: '등록',
      until: '기한',
      smsPermission: '문자 허용',
      endSms: '문자 허용 종료',
      endSmsText: '지금부터 인증번호가 앱으로만 갑니다. 문자로 보낸 진행 중인 요청은 취소됩니다.',
      alerts: '답을 기다리는 알림',
      alertKinds: {
        loss_reported: '분실 신고',
        new_phone: '새 휴대폰 신청',
        reissue: '재발급 신청',
        cancellation: '해지 요청',
        sim_swapped: '유심 변경',
        pin_locked: '비밀번호 잠김',
        pin_unlocked: '비밀번호 잠금 해제',
        device_enrolled: '새 휴대폰 등록',
      } satisfies Record<AlertKind, string>,
      otp: 'OTP',
      smartOtp: '스마트 OTP',
      registrations: '금융기관 등록',
      registrationStates: { pending: '확인 대기', active: '등록됨' } satisfies Record<'pending' | 'active', string>,
      fee: '이번 달 요금',
      days: (count: number) => `${count}일 이용`,
    },
  },
});
