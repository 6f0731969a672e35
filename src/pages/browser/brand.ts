import { locale, type Locale } from './locale.ts';

/** The names that an operator of the service chooses, in the page's language. */
export interface Brand {
  /** The product's name. */
  service: string;
  /** The carrier's name; empty on pages that do not mention it. */
  carrier: string;
  /** The number of the carrier's call centre. */
  callCentre: string;
}

const DEFAULTS: Readonly<Record<Locale, Brand>> = {
  ko: { service: '휴대폰인증보호', carrier: '', callCentre: '114' },
  en: { service: 'Pushguard', carrier: '', callCentre: '114' },
};

/** The brand that the server wrote into the page's element `brand`; defaults for missing members. */
export const brand: Brand = { ...DEFAULTS[locale], ...writtenBrand() };

function writtenBrand(): Partial<Brand> {
  const written = document.getElementById('brand')?.textContent;
  return written ? (JSON.parse(written) as Partial<Brand>) : {};
}
