import type { BrandNames } from '../brand.ts';
import type { Language } from '../language.ts';
import type { SiteWords } from './words.ts';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

export const language: Language = {
  switchLabel: 'Language',
  defaultBrand: { service: 'Pushguard', carrier: 'Demo Telecom' },
  day: (year, month, date) => `${date} ${MONTHS[month - 1] ?? ''} ${year}`,
  month: (year, month) => `${MONTHS[month - 1] ?? ''} ${year}`,
  time: (day, hours, minutes) => `${day}, ${[hours, minutes].map((part) => String(part).padStart(2, '0')).join(':')}`,
  won: (digits) => `₩${digits}`,
  seconds: (digits) => `${digits} s`,
};

export const en = ({ service, callCentre }: BrandNames): SiteWords => ({
  name: service,
  skip: 'Skip to content',
  navigation: 'Main',
  places: {
    '/': 'About',
    '/join': 'Join',
    '/my': 'My service',
    '/new-phone': 'New phone',
    '/reissue': 'Reissue',
    '/lost-phone': 'Lost phone',
    '/cancel': 'Cancel',
  },
  callCentre: `Call centre: ${callCentre} (report a lost phone 24/7)`,
  imprint: 'The call centre never asks for a code or a PIN.',
  terms: 'Terms',
  privacy: 'Privacy policy',
  logIn: 'Log in · My service',
  company: {
    name: 'Company',
    representative: 'Representative',
    registrationNumber: 'Business registration number',
    mailOrderNumber: 'Mail-order registration',
    telecomNumber: 'Telecommunications registration',
    address: 'Address',
    telephone: 'Telephone',
    email: 'E-mail',
    privacyOfficer: 'Privacy officer',
    hosting: 'Hosting',
  },
  home: 'Back to home',
  problems: {
    form_outdated: {
      title: 'This page has expired',
      text: 'Open the page and try again. Your entries were not submitted.',
    },
    session_ended: {
      title: 'Your session has ended',
      text: 'You were logged out for your security. Please log in again.',
    },
    too_many_requests: {
      title: 'Too many requests',
      text: `Please wait a moment and try again. If it is urgent, call ${callCentre}.`,
    },
    service_unavailable: {
      title: 'The service is temporarily unavailable',
      text: 'Please try again in a moment. Your entries were not submitted.',
    },
    not_found: { title: 'Page not found', text: 'The address has changed or the page no longer exists.' },
    subscription_not_active: {
      title: 'You cannot register a phone right now',
      text: `The service is suspended. Call ${callCentre}.`,
    },
    invalid_request: { title: 'The request is not valid', text: 'Open the page again and re-enter your details.' },
    nothing_to_change: {
      title: 'This has already been done',
      text: 'Your service has already changed. See “My service” for its current status.',
    },
    registration_not_found: {
      title: 'Registration not found',
      text: 'See “My service” for your registered institutions.',
    },
    reissue_not_found: {
      title: 'Application not found',
      text: 'Check the receipt number. Applications are removed when their retention ends.',
    },
    registration_closed: {
      title: 'This registration has ended',
      text: 'It has already been revoked. See “My service”.',
    },
  },
  failed: {
    title: 'Something went wrong',
    text: 'This is a problem on our side and it has been recorded. Please try again in a moment.',
  },
});
