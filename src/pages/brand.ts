import { LOCALES, type Locale } from '../domain/locale.ts';
import type { Company } from './company.ts';
import { LANGUAGE } from './language.ts';

/** The identity that people see: on the website, the desk and the hosted window, in the app and in text messages. */
export interface Brand {
  /**
   * The product's name in each language. The Korean one has at most {@link LONGEST_SERVICE_NAME} characters: it stands in
   * front of every notice, which has to fit in one text message.
   */
  readonly service: Readonly<Record<Locale, string>>;
  /** The carrier whose lines may subscribe. */
  readonly carrier: Readonly<Record<Locale, string>>;
  /** The number that reaches the call centre, as people dial it. */
  readonly callCentre: string;
  /** When the call centre answers, in each language, such as `평일 09:00~18:00`; shown beside its number. */
  readonly callCentreHours?: Readonly<Record<Locale, string>>;
  /** The company behind the service, for the foot of the website. */
  readonly company?: Company;
  /** An SVG document: the icon of every page, and the mark beside the name. */
  readonly logo: string;
  /**
   * The accent colour as CSS writes it, for light and for dark pages. `light` needs a contrast of 4.5:1 to #eef1f7 and to its
   * own tint, `dark` to #232938 and to its tint.
   */
  readonly colour: { readonly light: string; readonly dark: string };
}

/** One text message of 70 characters holds the longest notice and a name of this many characters in brackets. */
export const LONGEST_SERVICE_NAME = 14;

/** The brand of a service whose adopter gives none. */
export const DEFAULT_BRAND: Brand = {
  service: defaultNames('service'),
  carrier: defaultNames('carrier'),
  callCentre: '114',
  logo:
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">' +
    '<path fill="#1f4fd8" d="M16 2 4 7v8c0 8 5 13 12 15 7-2 12-7 12-15V7z"/>' +
    '<path fill="none" stroke="#fff" stroke-width="3" d="m10 16 4 4 8-8"/></svg>',
  colour: { light: '#1f4fd8', dark: '#8fb0ff' },
};

function defaultNames(of: 'service' | 'carrier'): Record<Locale, string> {
  const names = LOCALES.map((locale) => [locale, LANGUAGE[locale].defaultBrand[of]] as const);
  return Object.fromEntries(names) as Record<Locale, string>;
}

/** A brand's names in one language, as texts and scripts use them. */
export interface BrandNames {
  readonly service: string;
  readonly carrier: string;
  readonly callCentre: string;
}

/** Selects the brand's names in one language. */
export function brandNames({ service, carrier, callCentre }: Brand, locale: Locale): BrandNames {
  return { service: service[locale], carrier: carrier[locale], callCentre };
}

/** An SVG document as an address. Nothing in it ends an attribute or a quoted string of a stylesheet. */
export function dataUrl(svg: string): string {
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}

/** The colours and the logo of a brand as a stylesheet, to be loaded after the service's own. */
export function brandStylesheet({ colour, logo }: Brand): string {
  // The default mark is drawn in the brand's colour; a logo has colours of its own.
  const mark = `url("${dataUrl(logo)}") center/contain no-repeat;clip-path:none;width:1.25em;height:1.25em`;
  return [
    `:root{--brand:${colour.light};--brand-strong:color-mix(in srgb,var(--brand) 80%,#000);--tint:color-mix(in srgb,var(--brand) 10%,#fff)}`,
    `@media (prefers-color-scheme:dark){:root{--brand:${colour.dark};--brand-strong:color-mix(in srgb,var(--brand) 70%,#fff);--tint:color-mix(in srgb,var(--brand) 16%,#1a1f2b)}}`,
    ...(logo === DEFAULT_BRAND.logo ? [] : [`.mark::before{background:${mark}}`]),
  ].join('\n');
}
