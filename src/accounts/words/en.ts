import type { AccountWords } from './words.ts';

export const en = (): AccountWords => ({
  frame: {
    skip: 'Skip to content',
    navigation: 'Main',
    password: 'Password',
    authenticator: 'Authenticator',
    signOut: 'Sign out',
    signInAgain: 'Sign in again',
    home: 'Back to home',
  },
  signIn: {
    login: 'Username',
    password: 'Password',
    code: 'Six-digit code from your authenticator app',
    codeHint: 'The code changes every 30 seconds and can be used once.',
    submit: 'Sign in',
    wrong:
      'Sign-in failed. Check your username, password and authenticator code. Five failed attempts lock the account for 15 minutes.',
  },
  choose: {
    title: 'Change password',
    initial: 'You signed in with your initial password. Choose a password that only you know to continue.',
    present: 'Current password',
    chosen: 'New password',
    chosenHint: 'At least 12 characters. A long, memorable sentence works best.',
    again: 'Confirm new password',
    submit: 'Change password',
    faults: {
      short: 'The new password must have at least 12 characters.',
      long: 'The new password must have at most 200 characters.',
      different: 'The new passwords do not match.',
      same: 'Choose a password that differs from the current one.',
      wrong: 'The current password is incorrect.',
    },
  },
  list: {
    all: 'All',
    from: 'From (day in Seoul)',
    until: 'To (day in Seoul)',
    filter: 'Filter',
    newest: 'Newest',
    older: 'Older',
  },
  authenticator: {
    title: 'Change authenticator',
    lead: 'For a new phone, or if somebody may have seen the old key. You are signed out everywhere else.',
    present: 'Password',
    old: 'Six-digit code from your present authenticator app',
    oldHint: 'Each code can be used once. Wait for the next one if you have just signed in.',
    newOne: 'New authenticator',
    scan: 'Scan this code with an authenticator app, then enter the six digits that it shows.',
    qrLabel: 'QR code for the authenticator app',
    type: 'If you cannot scan it, type this key into the app:',
    code: 'Six-digit code from the app',
    submit: 'Change authenticator',
    lost: 'Without the present authenticator you cannot change it here.',
    faults: {
      code: 'The code of the new authenticator does not match. Scan the QR code below again and enter the six digits that the app shows now. Nothing was changed.',
      wrong:
        'The password or the code of the present authenticator is wrong, or the code was used before. Five failed attempts lock the account for 15 minutes. Nothing was changed.',
    },
  },
  done: {
    password: 'The password was changed.',
    authenticator: 'The authenticator was changed. Sign in with the new one from now on.',
  },
  problems: {
    form_outdated: { title: 'This page has expired', text: 'Open the page again. Your entries were not processed.' },
    session_ended: {
      title: 'You were signed out',
      text: 'Your session ends after 15 minutes of inactivity, or 8 hours after sign-in. Your entries were not processed.',
    },
    too_many_requests: { title: 'Too many requests', text: 'Please wait a moment and try again.' },
    service_unavailable: {
      title: 'The service is temporarily unavailable',
      text: 'Try again in a moment. Your entries were not processed.',
    },
    not_found: { title: 'Page not found', text: 'The address is wrong, or what it named no longer exists.' },
    invalid_request: {
      title: 'Please check what you entered',
      text: 'Something that was entered is not possible here.',
    },
  },
  failed: { title: 'Something went wrong', text: 'A system error occurred and was recorded. Try again in a moment.' },
  notPermitted: (roles) => ({
    title: 'Your role does not permit this',
    text: `Roles with this permission: ${roles}. Ask a colleague with one of these roles.`,
  }),
});
