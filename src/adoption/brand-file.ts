import { LOCALES, type Locale } from '../domain/locale.ts';
import { nearestName } from '../domain/nearest-name.ts';
import { SHOWN_TEXT } from '../http/plain-text.ts';
import { LONGEST_SERVICE_NAME, type Brand } from '../pages/brand.ts';
import { logoFault } from './logo.ts';
import { messageFault } from './message-fault.ts';

type Members = Readonly<Record<string, unknown>>;
type Named = Readonly<Record<Locale, string>>;

const MEMBERS = ['service', 'carrier', 'callCentre', 'callCentreHours', 'colour', 'logo'];
/** The longest name, and the longest text about hours, in characters. */
const LONGEST = { service: 40, carrier: 40, callCentreHours: 60 };
/** Digits as people dial them, with hyphens. */
const DIALLED = /^\+?\d(?:[\d-]{0,18}\d)?$/;
const COLOUR = /^#[0-9a-f]{6}$/i;

/** The grounds of `pages/css/base.css` on which a colour is hardest to read; it also stands on its own tint. */
const GROUNDS = {
  light: { ground: '#eef1f7', surface: '#ffffff', tint: 0.1, better: 'darker' },
  dark: { ground: '#232938', surface: '#1a1f2b', tint: 0.16, better: 'lighter' },
} as const;
/** The least contrast of text (WCAG 2.2, 1.4.3). */
const LEAST_CONTRAST = 4.5;

/**
 * Checks `brand.json` and returns its members. `read` gives the text of another file of the folder, or throws why not. Each
 * fault is one sentence in `faults`.
 */
export function readBrandFile(document: Members, read: (name: string) => string, faults: string[]): Partial<Brand> {
  for (const name of Object.keys(document).filter((one) => !MEMBERS.includes(one))) {
    const { nearest = '' } = nearestName(name.slice(0, 40), MEMBERS) ?? {};
    faults.push(`${JSON.stringify(name.slice(0, 40))} is no member; is ${nearest} meant?`);
  }
  const names = (member: keyof typeof LONGEST) => {
    const value = document[member];
    if (value === undefined) return {};
    const fault = namesFault(member, value);
    if (fault !== null) faults.push(fault);
    return { [member]: value as Named };
  };
  return {
    ...names('service'),
    ...names('carrier'),
    ...names('callCentreHours'),
    ...callCentreIn(document['callCentre'], faults),
    ...colourIn(document['colour'], faults),
    ...logoIn(document['logo'], read, faults),
  };
}

function namesFault(member: keyof typeof LONGEST, value: unknown): string | null {
  const languages = LOCALES.join(' and ');
  if (!isObject(value)) return `${member} must be an object with a text for ${languages}`;
  const other = Object.keys(value).find((name) => !(LOCALES as readonly string[]).includes(name));
  if (other !== undefined) return `${member} must have no other languages than ${languages}`;
  for (const locale of LOCALES) {
    const [text, key] = [value[locale], `${member}.${locale}`];
    if (typeof text !== 'string') return `${key} must be a text`;
    if (!SHOWN_TEXT.test(text) || text.trim() !== text)
      return `${key} must be one line of visible text, without blanks around it`;
    if (text.length > LONGEST[member]) return `${key} must have at most ${LONGEST[member]} characters`;
    if (key === 'service.ko' && text.length > LONGEST_SERVICE_NAME)
      return `${key} must have at most ${LONGEST_SERVICE_NAME} characters, because every text message begins with it`;
    const fault = member === 'callCentreHours' ? null : messageFault(text);
    if (fault !== null) return `${key} ${fault}`;
  }
  return null;
}

function callCentreIn(value: unknown, faults: string[]): Pick<Brand, 'callCentre'> | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'string' && DIALLED.test(value) && !/\d{6}/.test(value)) return { callCentre: value };
  faults.push('callCentre must be a number as people dial it, with hyphens, such as 1600-0000 or 114');
  return undefined;
}

function colourIn(value: unknown, faults: string[]): Pick<Brand, 'colour'> | undefined {
  if (value === undefined) return undefined;
  const { light, dark, ...others } = isObject(value) ? value : {};
  if (Object.keys(others).length > 0 || !isColour(light) || !isColour(dark)) {
    faults.push('colour must have light and dark, each as #rrggbb');
    return undefined;
  }
  faults.push(...contrastFault('light', light), ...contrastFault('dark', dark));
  return { colour: { light, dark } };
}

function contrastFault(name: keyof typeof GROUNDS, colour: string): string[] {
  const { ground, surface, tint, better } = GROUNDS[name];
  const worst = Math.min(contrastOf(rgb(colour), rgb(ground)), contrastOf(rgb(colour), mixed(colour, tint, surface)));
  if (worst >= LEAST_CONTRAST) return [];
  // Rounded down, because 4.49 would be shown as 4.5.
  const shown = (Math.floor(worst * 10) / 10).toFixed(1);
  return [
    `colour.${name} has a contrast of ${shown}:1 to the page; text needs ${LEAST_CONTRAST}:1, so take a ${better} one`,
  ];
}

function logoIn(value: unknown, read: (name: string) => string, faults: string[]): Pick<Brand, 'logo'> | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'string' || !/^[\w-]{1,60}\.svg$/.test(value)) {
    faults.push('logo must be the name of an SVG file in the same folder, such as logo.svg');
    return undefined;
  }
  try {
    const logo = read(value).trim();
    const fault = logoFault(logo);
    if (fault === null) return { logo };
    faults.push(`logo: ${value} ${fault}`);
  } catch (error) {
    faults.push(`logo: ${value} ${(error as Error).message}`);
  }
  return undefined;
}

/** Red, green and blue, 0 to 255. */
type Rgb = readonly [number, number, number];

function rgb(colour: string): Rgb {
  const part = (at: number) => Number.parseInt(colour.slice(at, at + 2), 16);
  return [part(1), part(3), part(5)];
}

/** A share of one colour in another one, as `color-mix(in srgb, …)` of `brandStylesheet` mixes them. */
function mixed(colour: string, share: number, other: string): Rgb {
  const [one, two] = [rgb(colour), rgb(other)];
  const part = (at: 0 | 1 | 2) => one[at] * share + two[at] * (1 - share);
  return [part(0), part(1), part(2)];
}

/** The contrast of two colours, from 1 to 21 (WCAG 2.2, relative luminance). */
function contrastOf(one: Rgb, other: Rgb): number {
  const [darker = 0, lighter = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (lighter + 0.05) / (darker + 0.05);
}

function luminance(colour: Rgb): number {
  const part = (at: 0 | 1 | 2) => {
    const value = colour[at] / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * part(0) + 0.7152 * part(1) + 0.0722 * part(2);
}

function isColour(value: unknown): value is string {
  return typeof value === 'string' && COLOUR.test(value);
}

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
