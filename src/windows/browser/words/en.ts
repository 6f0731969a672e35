import type { WindowWords } from './window-words.ts';

export const en: WindowWords = {
  birthDate: 'Enter the six digits of your birth date, such as 900101.',
  genderDigit: 'Enter the seventh digit of your resident registration number.',
  phoneNumber: 'Enter a mobile number, such as 010-1234-5678.',
  code: 'Enter the six digits of the code.',
  wrongCode: 'That code is wrong. Check the code on your phone.',
  otp: 'Enter the six digits of the OTP.',
  wrongOtp: 'That OTP is wrong. Wait for the next one in the app and enter it.',
  attemptsLeft: (left) => `Tries left: ${left}`,
  lastSeconds: '30 seconds left.',
  resentPush: 'The notification was sent to your phone again.',
  resentSms: 'The text message was sent again.',
  resendIn: (seconds) => `in ${seconds} s`,
  resendsLeft: (resends) => `${resends} left`,
  tooMany: (minutes) => `Too many requests. Try again in ${minutes === 1 ? 'a minute' : `${minutes} minutes`}.`,
  resendRefused: 'The code cannot be sent again.',
  windowOver: 'This window has expired. Start again on the site that asked you.',
  elsewhere: 'This window was opened in another browser. Start again on the site that asked you.',
  unreachable: 'No internet connection. This page continues automatically once you are connected.',
  staying: 'This window stays open.',
  failed: 'Something went wrong. Please try again in a moment.',
};
