import type { BrandNames } from '../../pages/brand.ts';
import type { WindowWords } from './words.ts';

export const en = ({ service }: BrandNames): WindowWords => ({
  title: 'Verify with your mobile phone',
  asks: (relyingParty) => `${relyingParty} requests identity verification.`,
  needsScript: 'Verification requires JavaScript. Turn it on in your browser settings and open this window again.',
  intro: 'Enter the details of the registered owner of the phone.',
  resident: 'Date of birth and gender digit',
  birthDate: 'Date of birth, six digits (YYMMDD)',
  genderDigit: 'Seventh digit of the resident registration number',
  residentHint: 'Enter only the first seven digits of the resident registration number.',
  phoneNumber: 'Mobile number',
  phoneNumberHint: 'With or without hyphens.',
  start: 'Send request',
  otpTitle: 'Verify with OTP',
  otpIntro:
    'Enter the details of the registered owner of the phone. You enter the six-digit OTP from the app in the next step.',
  changeTo: { push: 'Use push or SMS instead', otp: 'Use OTP instead' },
  push: {
    title: 'Open the app on your phone',
    text: 'Open the app and enter your PIN to see the code.',
  },
  match: 'Enter these digits in the app',
  sms: {
    title: 'We sent a code by text message',
    text: 'Enter the six-digit code from the text message.',
  },
  otp: {
    title: 'Enter the OTP from your app',
    text: 'Open OTP in the app and enter your PIN to see the six digits. No notification or text message is sent.',
  },
  askedOf: 'Person to verify',
  otpNotes: [
    'Verification succeeds only if the details above match yours.',
    'If the OTP is rejected, wait for the next one in the app and enter it.',
    'Five wrong entries in a row lock OTP until you verify by push.',
    'OTP works abroad. You do not need to set your phone to Korean time.',
  ],
  steps: ['Open the app', 'Enter your PIN', 'Enter the code here'],
  opened: { title: 'Confirmed in the app', text: 'Enter the code shown in the app.' },
  code: 'Six-digit code',
  otpCode: 'Six-digit OTP',
  codeHint: 'Never share this code with anyone.',
  timeLeft: 'Time left',
  verify: 'Verify',
  resendPush: 'Resend notification',
  resendSms: 'Resend text message',
  cancel: 'Cancel',
  goBack: (relyingParty) => `Back to ${relyingParty}`,
  goingBack: 'This window goes back in {seconds} seconds.',
  stay: 'Stay here',
  ended: {
    verified: { title: 'You are verified', text: 'The result was sent securely to the requesting site.' },
    declined: {
      title: 'Declined on the phone',
      text: 'The request was declined in the app. If you did not decline it, contact your carrier’s call centre.',
    },
    expired: {
      title: 'Time is up',
      text: 'No code was entered within three minutes. Please start again.',
    },
    failed: {
      title: 'Five wrong codes',
      text: 'This verification has ended for your security. Please start again.',
    },
    cancelled: { title: 'Verification cancelled', text: 'The code is no longer valid.' },
  },
  endedOtp: {
    expired: {
      title: 'Time is up',
      text: 'No OTP was entered within three minutes. Please start again.',
    },
    failed: {
      title: 'Five wrong OTPs',
      text: 'This verification has ended for your security. Five wrong entries in a row lock OTP. Verify by push to unlock it.',
    },
    cancelled: { title: 'Verification cancelled', text: 'This verification has ended.' },
  },
  wrongMatch: {
    title: 'The digits were wrong three times in the app',
    text: 'To keep you safe, this verification has ended. Please start again.',
  },
  closed: {
    unknown: {
      title: 'Window not found',
      text: 'The address is incorrect or has expired. Start again on the requesting site.',
    },
    over: {
      title: 'This window has expired',
      text: 'A window is valid for ten minutes. Start again on the requesting site.',
    },
    elsewhere: {
      title: 'This window belongs to another browser',
      text: 'For your security, it works only in the browser that opened it first. Start again on the requesting site.',
    },
    failed: { title: 'The window cannot be shown right now', text: 'Please try again in a moment.' },
  },
  test: 'Test window. Nobody is verified and nothing is sent. Use a test number such as 010-0000-0001.',
  protectedBy: service,
});
