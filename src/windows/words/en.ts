import type { BrandNames } from '../../pages/brand.ts';
import type { WindowWords } from './words.ts';

export const en = ({ service, carrier, callCentre }: BrandNames): WindowWords => ({
  title: 'Verify by mobile phone',
  asks: (relyingParty) => `${relyingParty} asks you to verify who you are.`,
  needsScript: 'This window needs JavaScript. Turn it on in your browser and open the window again.',
  intro: 'Enter the details of the person in whose name the phone is.',
  resident: 'Birth date and gender digit',
  birthDate: 'Birth date, six digits (YYMMDD)',
  genderDigit: 'Seventh digit of the resident registration number',
  residentHint: 'The first six digits of the resident registration number, and the seventh.',
  phoneNumber: 'Mobile number',
  phoneNumberHint: 'With or without hyphens.',
  start: 'Send request',
  otpTitle: 'Verify by OTP',
  otpIntro:
    'Enter the details of the person in whose name the phone is; the app’s six-digit OTP is asked for on the next page.',
  changeTo: { push: 'Use push or SMS instead', otp: 'Use the app’s OTP' },
  push: {
    title: 'Open the app on your phone',
    text: 'Open the app and enter your PIN; the code then appears there.',
  },
  sms: {
    title: 'We sent a code by text message',
    text: 'Enter the six digits of the text message.',
  },
  otp: {
    title: 'Enter the OTP of your app',
    text: 'Open OTP in the app and enter your PIN; six digits appear. No notification or text message is sent.',
  },
  askedOf: 'Asked of',
  otpNotes: [
    'You can be verified only if this is who you are.',
    'If the digits are refused, wait for the next ones in the app and enter those.',
    'Five wrong in a row lock OTP until you are verified by push.',
    'It works abroad as it is: there is no need to set the phone to Korean time.',
  ],
  steps: ['Open the app', 'Enter your PIN', 'Type the code here'],
  opened: { title: 'Confirmed in the app', text: 'Enter the code that the app shows.' },
  code: 'Six-digit code',
  otpCode: 'Six-digit OTP',
  codeHint: 'Never tell this code to anybody.',
  timeLeft: 'Time left',
  verify: 'Verify',
  resendPush: 'Notify again',
  resendSms: 'Text again',
  cancel: 'Cancel',
  goBack: (relyingParty) => `Back to ${relyingParty}`,
  goingBack: 'You will be taken back in a moment.',
  ended: {
    verified: { title: 'You are verified', text: 'The result went safely to whoever asked.' },
    declined: {
      title: 'Declined on the phone',
      text: 'The request was declined in the app. If that was not you, tell your carrier’s call centre.',
    },
    expired: {
      title: 'Time is up',
      text: 'No code was entered within three minutes. Please start again.',
    },
    failed: {
      title: 'Five wrong codes',
      text: 'To keep you safe, this verification has ended. Please start again.',
    },
    cancelled: { title: 'Verification cancelled', text: 'The code is no longer good.' },
  },
  endedOtp: {
    expired: {
      title: 'Time is up',
      text: 'No OTP was entered within three minutes. Please start again.',
    },
    failed: {
      title: 'Five wrong OTPs',
      text: 'To keep you safe, this verification has ended. Five wrong in a row lock OTP. Start again by push: once that has verified you, OTP works again.',
    },
    cancelled: { title: 'Verification cancelled', text: 'Nothing more can be entered for it.' },
  },
  closed: {
    unknown: {
      title: 'There is no such window',
      text: 'The address is wrong or old. Start again on the site that asked you.',
    },
    over: {
      title: 'This window has expired',
      text: 'A window is good for ten minutes. Start again on the site that asked you.',
    },
    elsewhere: {
      title: 'This window belongs to another browser',
      text: 'To keep you safe, it works only in the browser that opened it first. Start again on the site that asked you.',
    },
    failed: { title: 'The window cannot be shown just now', text: 'Please try again in a moment.' },
  },
  protectedBy: 'Push authentication protection',
});
