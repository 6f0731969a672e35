import type { BrandNames } from '../brand.ts';
import type { SiteWords } from './words.ts';

export const en = ({ service, carrier, callCentre }: BrandNames): SiteWords => ({
  name: 'Push Guard',
  skip: 'Skip to the content',
  navigation: 'Main',
  places: {
    '/': 'The service',
    '/join': 'Join',
    '/my': 'My service',
    '/new-phone': 'New phone',
    '/lost-phone': 'Lost phone',
    '/cancel': 'Cancel',
  },
  callCentre: 'Call centre: 114 from your mobile phone (losses can be reported day and night)',
  imprint: 'The call centre never asks for a code or a PIN.',
  home: 'Back to the start',
  problems: {
    form_outdated: {
      title: 'This page is out of date',
      text: 'Open it and enter it again. What you entered just now was not processed.',
    },
    session_ended: { title: 'Your visit has ended', text: 'To keep you safe you were logged out. Log in again.' },
    too_many_requests: {
      title: 'Please wait a little',
      text: 'Too much was asked in a short time. If it cannot wait, call 114.',
    },
    service_unavailable: {
      title: 'This cannot be done just now',
      text: 'Try again in a moment. What you entered was not processed.',
    },
    not_found: { title: 'There is no such page', text: 'The address has changed, or the page is gone.' },
    subscription_not_active: {
      title: 'No phone can be registered just now',
      text: 'The service is suspended. Call 114.',
    },
    invalid_request: { title: 'This cannot be read', text: 'Open the page anew and enter it again.' },
    nothing_to_change: {
      title: 'That was done already',
      text: 'Your service has changed in the meantime. Look at “My service”.',
    },
    registration_not_found: {
      title: 'There is no such registration',
      text: 'See under My service which institutions are registered.',
    },
    registration_closed: {
      title: 'The registration has ended',
      text: 'It was revoked in the meantime. See under My service.',
    },
  },
  failed: { title: 'That did not work', text: 'The fault is on our side and was recorded. Try again in a moment.' },
});
