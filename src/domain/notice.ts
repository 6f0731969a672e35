import type { CancelReason, SuspensionReason } from './subscription.ts';

/** A message to the subscriber about the subscription. A notice holds no secret and no name. */
export type Notice =
  | { kind: 'joined' | 'resumed' | 'device_enrolled' | 'device_replaced' | 'device_retired' | 'enrol_again' }
  | { kind: 'new_phone_asked' | 'new_phone_soon' | 'pin_locked' | 'pin_unlocked' | 'cancellation_asked' }
  | { kind: 'smart_otp_enrolled' | 'registration_asked' }
  | { kind: 'reissue_applied' | 'reissue_approved' | 'reissue_issued' | 'reissue_completed' | 'smart_otp_issued' }
  | { kind: 'suspended'; detail: SuspensionReason }
  | { kind: 'cancelled'; detail: CancelReason };

type PlainKind = Exclude<Notice['kind'], 'suspended' | 'cancelled'>;

/** The sentences of notices, and of the texts with a code or a link. */
export interface NoticeTexts {
  readonly plain: Readonly<Record<PlainKind, string>>;
  readonly suspended: Readonly<Record<SuspensionReason, string>>;
  readonly cancelled: Readonly<Record<CancelReason, string>>;
  /** Carries the enrolment code for a new handset: the only secret that is sent as a notice. */
  readonly enrolmentCode: (code: string) => string;
  /** Carries the link that opens the app, which the person asked for on the website. */
  readonly enrolmentLink: (link: string) => string;
}

/** The texts of an adopter who changes none, in Korean. */
export const NOTICE_TEXTS: NoticeTexts = {
  plain: {
    joined: '서비스에 가입되었습니다. 앱을 등록하면 보호가 시작됩니다.',
    resumed: '일시 정지가 해제되어 다시 보호됩니다.',
    device_enrolled: '앱이 등록되었습니다. 등록하지 않았다면 고객센터에 알려 주세요.',
    device_replaced: '다른 휴대폰에 앱이 등록되어 이 휴대폰의 등록은 해제되었습니다.',
    device_retired: '휴대폰이 변경되어 이 휴대폰의 앱 등록이 해제되었습니다. 본인이 아니면 고객센터에 알려 주세요.',
    new_phone_asked: '새 휴대폰의 앱 등록이 신청되었습니다. 본인이 아니면 앱에서 거절해 주세요.',
    new_phone_soon: '한 시간 안에 새 휴대폰에 앱 등록 코드를 보냅니다. 본인이 아니면 앱에서 거절해 주세요.',
    pin_locked: '비밀번호를 여러 번 잘못 입력해 잠겼습니다. 본인이 아니면 고객센터에 알려 주세요.',
    pin_unlocked: '고객센터에서 비밀번호 잠금을 해제했습니다. 요청하지 않았다면 앱에서 거절해 주세요.',
    cancellation_asked: '고객센터에 서비스 해지가 요청되었습니다. 요청하지 않았다면 앱에서 거절해 주세요.',
    smart_otp_enrolled: '스마트OTP가 등록되었습니다. 등록하지 않았다면 고객센터에 알려 주세요.',
    registration_asked: '다른 기관이 인증수단 등록을 요청했습니다. 앱에서 확인해 주세요.',
    reissue_applied: '앱 재발급이 신청되었습니다. 신청하지 않았다면 고객센터에 알려 주세요.',
    reissue_approved: '재발급이 승인되어 이전 휴대폰의 앱은 더 이상 쓸 수 없습니다.',
    reissue_issued: '새 휴대폰의 앱 등록 코드가 발급되었습니다. 신청하지 않았다면 고객센터에 알려 주세요.',
    smart_otp_issued: '스마트OTP 등록 코드가 발급되었습니다. 신청하지 않았다면 고객센터에 알려 주세요.',
    reissue_completed: '앱 재발급이 완료되었습니다. 신청하지 않았다면 고객센터에 알려 주세요.',
    enrol_again: '휴대폰이 변경되었습니다. 앱을 다시 등록해 주세요.',
  },
  suspended: {
    line_suspended: '회선이 정지되어 서비스도 일시 정지되었습니다.',
    loss_reported: '분실 신고로 서비스가 일시 정지되었습니다. 신고하지 않았다면 고객센터에 알려 주세요.',
    sim_swapped: '유심이 변경되어 정지되었습니다. 본인이면 앱에서 확인하고, 아니면 고객센터에 알려 주세요.',
  },
  cancelled: {
    website: '홈페이지에서 서비스가 해지되었습니다. 해지하지 않았다면 고객센터에 알려 주세요.',
    call_centre: '고객센터에서 서비스를 해지했습니다.',
    ported_out: '번호이동으로 서비스가 자동 해지되었습니다.',
    owner_changed: '명의변경으로 서비스가 자동 해지되었습니다.',
    unsupported_device: '앱을 지원하지 않는 휴대폰으로 변경되어 서비스가 자동 해지되었습니다.',
    line_terminated: '회선 해지로 서비스가 자동 해지되었습니다.',
    ineligible_plan: '가입할 수 없는 요금제로 변경되어 서비스가 자동 해지되었습니다.',
  },
  enrolmentCode: (code) => `앱 등록 코드 ${code} (10분) 타인에게 알려주지 마세요.`,
  enrolmentLink: (link) => `홈페이지에서 요청하신 앱 등록 링크(10분)입니다. 남에게 보내지 마세요. ${link}`,
};

/** The Korean text of a notice, one or two sentences: with the sender's name it fits one SMS of 70 characters. */
export function noticeText(notice: Notice, { plain, suspended, cancelled }: NoticeTexts = NOTICE_TEXTS): string {
  if (notice.kind === 'suspended') return suspended[notice.detail];
  return notice.kind === 'cancelled' ? cancelled[notice.detail] : plain[notice.kind];
}

/**
 * True if a notice may go by SMS when there is no phone to push to.
 * After a change of owner or the end of the line, another person or no person reads the number.
 * `device_retired` and `registration_asked` concern only the old phone.
 */
export function mayGoBySms(notice: Notice): boolean {
  if (notice.kind === 'device_retired' || notice.kind === 'registration_asked') return false;
  return notice.kind !== 'cancelled' || (notice.detail !== 'owner_changed' && notice.detail !== 'line_terminated');
}
