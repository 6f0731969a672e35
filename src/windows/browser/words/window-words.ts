/** The texts that the window's script shows, in one language. */
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
  /** Beside the button that sends the code again: the time until it can be pressed. */
  resendIn: (seconds: number) => string;
  /** Beside the same button: the number of times it can still be pressed. */
  resendsLeft: (resends: number) => string;
  tooMany: (minutes: number) => string;
  resendRefused: string;
  windowOver: string;
  elsewhere: string;
  unreachable: string;
  failed: string;
}
