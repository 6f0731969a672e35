export const ko = {
  birthDate: '생년월일 6자리를 정확히 입력해 주세요. 예: 900101',
  genderDigit: '주민등록번호 뒷자리의 첫 번째 숫자를 입력해 주세요.',
  phoneNumber: '휴대폰번호를 정확히 입력해 주세요. 예: 010-1234-5678',
  code: '인증번호 6자리를 입력해 주세요.',
  wrongCode: '인증번호가 다릅니다. 휴대폰에 표시된 번호를 다시 확인해 주세요.',
  otp: 'OTP 번호 6자리를 입력해 주세요.',
  wrongOtp: 'OTP 번호가 다릅니다. 앱에 다음 번호가 표시되면 그 번호를 입력해 주세요.',
  attemptsLeft: (left: number) => `입력할 수 있는 횟수: ${left}번`,
  lastSeconds: '30초 남았습니다.',
  resentPush: '휴대폰에 알림을 다시 보냈습니다.',
  resentSms: '문자를 다시 보냈습니다.',
  /** Beside the button that sends the code again: the time until it can be pressed. */
  resendIn: (seconds: number) => `${seconds}초 후`,
  /** Beside the same button: the number of times it can still be pressed. */
  resendsLeft: (resends: number) => `${resends}번 남음`,
  tooMany: (minutes: number) => `요청이 너무 많습니다. ${minutes}분 후 다시 시도해 주세요.`,
  resendRefused: '더 이상 다시 보낼 수 없습니다.',
  windowOver: '창의 유효 시간이 지났습니다. 요청한 사이트에서 다시 시작해 주세요.',
  elsewhere: '이 창은 다른 브라우저에서 열렸습니다. 요청한 사이트에서 다시 시작해 주세요.',
  unreachable: '인터넷에 연결할 수 없습니다. 연결되면 자동으로 이어서 진행됩니다.',
  staying: '자동으로 돌아가지 않습니다.',
  failed: '처리하지 못했습니다. 잠시 후 다시 시도해 주세요.',
};
