import { withParticle } from '../../domain/korean.ts';
import type { BrandNames } from '../../pages/brand.ts';
import type { WindowMethod } from '../../domain/authentication.ts';
import type { ClosedReason, EndedState } from './keys.ts';
import type { Sentence } from '../../pages/sentence.ts';

export const ko = ({ service }: BrandNames) => ({
  title: '휴대폰 본인확인',
  asks: (relyingParty: string) => `${relyingParty}에서 요청한 본인확인입니다.`,
  needsScript: '본인확인을 하려면 자바스크립트가 필요합니다. 브라우저 설정에서 자바스크립트를 켜고 다시 열어 주세요.',
  intro: '휴대폰 명의자 정보를 입력해 주세요.',
  resident: '생년월일과 성별',
  birthDate: '생년월일 6자리',
  genderDigit: '주민등록번호 뒷자리의 첫 숫자',
  residentHint: '주민등록번호 앞 6자리와 뒷자리 첫 숫자만 입력합니다.',
  phoneNumber: '휴대폰번호',
  phoneNumberHint: '하이픈(-) 없이 입력해도 됩니다.',
  start: '인증 요청',
  /** The title and the introduction of a window that requests a one-time password. */
  otpTitle: 'OTP 본인확인',
  otpIntro: '휴대폰 명의자 정보를 입력하면 다음 화면에서 앱의 OTP 6자리를 입력할 수 있습니다.',
  changeTo: { push: '휴대폰 인증으로 변경', otp: 'OTP 인증으로 변경' } satisfies Record<WindowMethod, string>,
  push: {
    title: '휴대폰의 앱을 열어 주세요',
    text: '앱에서 비밀번호를 입력하면 인증번호가 표시됩니다.',
  },
  /** Above the two digits that the person types into the app. */
  match: '앱에 이 숫자를 입력하세요',
  sms: {
    title: '문자로 인증번호를 보냈습니다',
    text: '문자메시지로 받은 인증번호 6자리를 입력해 주세요.',
  },
  otp: {
    title: '앱의 OTP를 입력해 주세요',
    text: '앱에서 OTP를 열고 비밀번호를 입력하면 6자리 숫자가 표시됩니다. 알림이나 문자는 보내지 않습니다.',
  },
  /** The label of the owner of the requested one-time password. */
  askedOf: '인증 대상',
  otpNotes: [
    '위 정보가 실제 정보와 일치해야 인증됩니다.',
    'OTP가 일치하지 않으면 앱에서 다음 번호로 바뀔 때까지 기다렸다가 새 번호를 입력해 주세요.',
    '5번 연속 잘못 입력하면 OTP가 잠기며, 휴대폰 인증(앱 알림)에 성공해야 다시 사용할 수 있습니다.',
    '해외에서도 사용할 수 있습니다. 휴대폰 시간을 한국 시간으로 변경하지 않아도 됩니다.',
  ],
  steps: ['앱 열기', '비밀번호 입력', '인증번호 입력'] satisfies readonly [string, string, string],
  opened: { title: '앱에서 확인되었습니다', text: '앱에 표시된 인증번호를 입력해 주세요.' },
  code: '인증번호 6자리',
  otpCode: 'OTP 6자리',
  codeHint: '인증번호를 다른 사람에게 알려 주지 마세요.',
  timeLeft: '남은 시간',
  verify: '확인',
  resendPush: '알림 다시 보내기',
  resendSms: '문자 다시 보내기',
  cancel: '취소',
  goBack: (relyingParty: string) => `${withParticle(relyingParty, '으로')} 돌아가기`,
  // The script replaces `{seconds}`.
  goingBack: '{seconds}초 후 자동으로 돌아갑니다.',
  stay: '이 화면에 머물기',
  ended: {
    verified: { title: '본인확인이 완료되었습니다', text: '요청한 곳에 결과를 안전하게 전달했습니다.' },
    declined: {
      title: '휴대폰에서 거절했습니다',
      text: '앱에서 요청을 거절하여 본인확인을 완료하지 못했습니다. 본인이 거절하지 않았다면 고객센터에 알려 주세요.',
    },
    expired: {
      title: '입력 시간이 지났습니다',
      text: '3분 안에 인증번호를 입력하지 않아 종료되었습니다. 처음부터 다시 시도해 주세요.',
    },
    failed: {
      title: '인증번호를 5번 잘못 입력했습니다',
      text: '안전을 위해 이번 본인확인을 종료했습니다. 처음부터 다시 시도해 주세요.',
    },
    cancelled: { title: '본인확인을 취소했습니다', text: '이 인증번호는 더 이상 사용할 수 없습니다.' },
  } satisfies Record<EndedState, Sentence>,
  /** Replaces the text of a final state where it differs for a one-time password. */
  endedOtp: {
    expired: {
      title: '입력 시간이 지났습니다',
      text: '3분 안에 OTP를 입력하지 않아 종료되었습니다. 처음부터 다시 시도해 주세요.',
    },
    failed: {
      title: 'OTP를 5번 잘못 입력했습니다',
      text: '안전을 위해 이번 본인확인을 종료했습니다. 5번 연속 잘못 입력하면 OTP가 잠깁니다. 휴대폰 인증에 성공하면 OTP를 다시 사용할 수 있습니다.',
    },
    cancelled: { title: '본인확인을 취소했습니다', text: '이번 본인확인은 종료되었습니다.' },
  } satisfies Partial<Record<EndedState, Sentence>> as Partial<Record<EndedState, Sentence>>,
  /** Replaces the text of `failed` where the digits were wrong in the app. */
  wrongMatch: {
    title: '앱에서 숫자를 3번 잘못 입력했습니다',
    text: '안전을 위해 이번 본인확인을 종료했습니다. 처음부터 다시 시도해 주세요.',
  } satisfies Sentence,
  closed: {
    unknown: {
      title: '본인확인 창을 찾을 수 없습니다',
      text: '주소가 정확하지 않거나 만료된 창입니다. 요청한 사이트에서 다시 시작해 주세요.',
    },
    over: {
      title: '본인확인 창의 유효 시간이 지났습니다',
      text: '본인확인 창은 10분 동안만 유효합니다. 요청한 사이트에서 다시 시작해 주세요.',
    },
    elsewhere: {
      title: '다른 브라우저에서 열린 창입니다',
      text: '안전을 위해 처음 연 브라우저에서만 이용할 수 있습니다. 요청한 사이트에서 다시 시작해 주세요.',
    },
    failed: {
      title: '지금은 창을 열 수 없습니다',
      text: '일시적인 오류입니다. 잠시 후 다시 시도해 주세요.',
    },
  } satisfies Record<ClosedReason, Sentence>,
  /** Above a window of test mode. */
  test: '시험용 창입니다. 실제 본인확인이 아니며 아무것도 보내지 않습니다. 010-0000-0001과 같은 시험 번호를 사용하세요.',
  protectedBy: service,
});
