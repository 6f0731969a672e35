/** What the window's script says while the window is open, in one language. */
export interface WindowWords {
  birthDate: string;
  genderDigit: string;
  phoneNumber: string;
  code: string;
  wrongCode: string;
  otp: string;
  wrongOtp: string;
  attemptsLeft: (attemptsLeft: number) => string;
  lastSeconds: string;
  resentPush: string;
  resentSms: string;
  /** Beside the button that sends the code again: when it can be pressed. */
  resendIn: (seconds: number) => string;
  /** Beside the same button: how often it can be pressed. */
  resendsLeft: (resends: number) => string;
  tooMany: (minutes: number) => string;
  resendRefused: string;
  windowOver: string;
  elsewhere: string;
  unreachable: string;
  failed: string;
}
