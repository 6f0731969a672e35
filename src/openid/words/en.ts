import type { BrandNames } from '../../pages/brand.ts';
import type { OpenIdWords } from './words.ts';

export const en = ({ service }: BrandNames): OpenIdWords => ({
  protectedBy: service,
  faults: {
    refused: {
      title: 'The request of this site cannot be served',
      text: 'The settings of the requesting site are not correct. Please contact the operator of the site.',
    },
    over: {
      title: 'This request is over',
      text: 'It was already used, or its time is over. Start again on the requesting site.',
    },
    elsewhere: {
      title: 'This request began in another browser',
      text: 'For your security, it continues only in the browser in which it began. Start again on the requesting site.',
    },
    busy: {
      title: 'Too many requests',
      text: 'Please start again on the requesting site in a moment.',
    },
    failed: {
      title: 'Your identity cannot be verified right now',
      text: 'Please try again in a moment.',
    },
  },
  forOperators: 'For the operator of the site',
  going: {
    title: 'Going back to the site',
    text: 'If nothing happens, press the button below.',
  },
  goOn: 'Continue',
});
