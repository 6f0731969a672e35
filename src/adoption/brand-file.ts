import { LOCALES, type Locale } from '../domain/locale.ts';
import { nearestName } from '../domain/nearest-name.ts';
import { SHOWN_TEXT } from '../http/plain-text.ts';
import { LONGEST_SERVICE_NAME, type Brand } from '../pages/brand.ts';
import { logoFault } from './logo.ts';

type Members = Readonly<Record<string, unknown>>;
type Named = Readonly<Record<Locale, string>>;

const MEMBERS = ['service', 'carrier', 'callCentre', 'callCentreHours', 'colour', 'logo'];
/** The longest name, and the longest text about hours, in characters. */
const LONGEST = { service: 40, carrier: 40, callCentreHours: 60 };
/** Digits as people dial them, with hyphens; `*` and `#` for short codes. */
const DIALLED = /^\+?[\d*#][\d*#-]{1,18}[\d*#]$/;
const COLOUR = /^#[0-9a-f]{6}$/i;

/** The grounds on which the colours are read, with the least contrast of text (WCAG 2.2, 1.4.3). */
const GROUNDS = { light: '#ffffff', dark: '#1a1f2b' } as const;
const LEAST_CONTRAST = 4.5;

/**
 * Checks `brand.json` and returns its members. `read` gives the text of another file of the folder, or undefined. Each
 * fault is one sentence in `faults`.
 */
export function readBrandFile(
  document: unknown,
  read: (name: string) => string | undefined,
  faults: string[],
): Partial<Brand> {
  if (!isObject(document)) {
    faults.push('must be a JSON object');
    return {};
  }
  for (const name of Object.keys(document))
    if (!MEMBERS.includes(name))
      faults.push(
        `has no member ${JSON.stringify(name.slice(0, 40))}; is ${nearestName(name, MEMBERS)?.nearest} meant?`,
      );
  const names = (member: 'service' | 'carrier' | 'callCentreHours') => {
    const value = document[member];
    if (value === undefined) return {};
    const fault = namesFault(value, LONGEST[member]);
    if (fault !== null) faults.push(`${member} ${fault}`);
    if (fault === null && member === 'service' && (value as Named).ko.length > LONGEST_SERVICE_NAME)
      faults.push(`service.ko must have at most ${LONGEST_SERVICE_NAME} characters: every text message begins with it`);
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

function namesFault(value: unknown, longest: number): string | null {
  const languages = LOCALES.join(' and ');
  if (!isObject(value)) return `must be an object with a text for ${languages}`;
  const other = Object.keys(value).find((name) => !(LOCALES as readonly string[]).includes(name));
  if (other !== undefined) return `must have no other languages than ${languages}`;
  for (const locale of LOCALES) {
    const text = value[locale];
    if (typeof text !== 'string') return `must have a text for ${locale}`;
    if (!SHOWN_TEXT.test(text) || text.trim() !== text)
      return `must be one line of visible text in ${locale}, without blanks around it`;
    if (text.length > longest) return `must have at most ${longest} characters in ${locale}`;
  }
  return null;
}

function callCentreIn(value: unknown, faults: string[]): Pick<Brand, 'callCentre'> | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'string' && DIALLED.test(value)) return { callCentre: value };
  faults.push('callCentre must be a number as people dial it, such as 1600-0000 or 114');
  return undefined;
}

function colourIn(value: unknown, faults: string[]): Pick<Brand, 'colour'> | undefined {
  if (value === undefined) return undefined;
  const { light, dark, ...others } = isObject(value) ? value : {};
  if (Object.keys(others).length > 0 || !isColour(light) || !isColour(dark)) {
    faults.push('colour must have light and dark, each as #rrggbb');
    return undefined;
  }
  for (const [name, colour] of [['light', light] as const, ['dark', dark] as const]) {
    const contrast = contrastOf(colour, GROUNDS[name]);
    // Rounded down, because 4.49 would be shown as 4.5.
    const shown = Math.floor(contrast * 10) / 10;
    if (contrast < LEAST_CONTRAST)
      faults.push(
        `colour.${name} has a contrast of ${shown}:1 to ${GROUNDS[name]}; text needs ${LEAST_CONTRAST}:1, so take a ${name === 'light' ? 'darker' : 'lighter'} one`,
      );
  }
  return { colour: { light, dark } };
}

function logoIn(
  value: unknown,
  read: (name: string) => string | undefined,
  faults: string[],
): Pick<Brand, 'logo'> | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'string' || !/^[\w-]{1,60}\.svg$/.test(value)) {
    faults.push('logo must be the name of an SVG file in the same folder, such as logo.svg');
    return undefined;
  }
  const logo = read(value)?.trim();
  const fault = logo === undefined ? 'cannot be read' : logoFault(logo);
  if (fault !== null) faults.push(`logo: ${value} ${fault}`);
  return logo === undefined ? undefined : { logo };
}

/** The contrast of two colours, from 1 to 21 (WCAG 2.2, relative luminance). */
function contrastOf(one: string, other: string): number {
  const [darker = 0, lighter = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (lighter + 0.05) / (darker + 0.05);
}

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function isColour(value: unknown): value is string {
  return typeof value === 'string' && COLOUR.test(value);
}

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
