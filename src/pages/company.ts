import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LOCALES, type Locale } from '../domain/locale.ts';

/**
 * What the law asks a service to name of the company behind it (Act on Consumer Protection in Electronic Commerce,
 * article 10; Personal Information Protection Act, article 31), in the order of the footer.
 */
export const COMPANY_FIELDS = [
  'name',
  'representative',
  'registrationNumber',
  'mailOrderNumber',
  'telecomNumber',
  'address',
  'telephone',
  'email',
  'privacyOfficer',
  'hosting',
] as const;
export type CompanyField = (typeof COMPANY_FIELDS)[number];

/** A field is one text for all languages, or one for each. A field that is left out is not shown. */
export type Company = Readonly<Partial<Record<CompanyField, string | Readonly<Record<Locale, string>>>>>;

/** Reads `company.json` of a folder, if it is there. Throws for a member that the footer does not have. */
export function readCompany(folder: string): { company?: Company } {
  const path = join(folder, 'company.json');
  if (!existsSync(path)) return {};
  try {
    return { company: checkCompany(JSON.parse(readFileSync(path, 'utf8'))) };
  } catch (error) {
    throw new Error(`${path}: ${(error as Error).message}`, { cause: error });
  }
}

/** Returns what `company.json` has. Throws for a member that the footer does not have. */
export function checkCompany(document: unknown): Company {
  for (const [name, value] of Object.entries(document as object) as [string, unknown][]) {
    if (!(COMPANY_FIELDS as readonly string[]).includes(name))
      throw new Error(`there is no member ${name}; there are ${COMPANY_FIELDS.join(', ')}`);
    const isText = typeof value === 'string' || isInEachLanguage(value);
    if (!isText) throw new Error(`${name} is neither a text nor a text in each of ${LOCALES.join(', ')}`);
  }
  return document as Company;
}

function isInEachLanguage(value: unknown): boolean {
  const texts = (value ?? {}) as Partial<Record<Locale, unknown>>;
  return LOCALES.every((one) => typeof texts[one] === 'string');
}

/** The fields that a company has, in one language. */
export function companyIn(company: Company, locale: Locale): [CompanyField, string][] {
  return COMPANY_FIELDS.flatMap((field) => {
    const value = company[field];
    return value === undefined ? [] : [[field, typeof value === 'string' ? value : value[locale]]];
  });
}
