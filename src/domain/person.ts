/** The facts that the first seven digits of a Korean resident registration number encode. */
export interface Person {
  /** ISO 8601 date, `1990-01-01`. */
  birthDate: string;
  gender: 'male' | 'female';
  foreigner: boolean;
}

/** Century and nationality by the seventh digit (resident registration number, Ministry of the Interior). */
const SEVENTH_DIGIT: Record<string, { century: number; foreigner: boolean }> = {
  '9': { century: 1800, foreigner: false },
  '0': { century: 1800, foreigner: false },
  '1': { century: 1900, foreigner: false },
  '2': { century: 1900, foreigner: false },
  '5': { century: 1900, foreigner: true },
  '6': { century: 1900, foreigner: true },
  '3': { century: 2000, foreigner: false },
  '4': { century: 2000, foreigner: false },
  '7': { century: 2000, foreigner: true },
  '8': { century: 2000, foreigner: true },
};

/**
 * Reads `birthDate` (YYMMDD) and `genderDigit` (0-9; odd male, even female).
 * Returns null for a day that is not in the calendar or lies after `today` (ISO date, Asia/Seoul).
 */
export function parsePerson(input: { birthDate: string; genderDigit: string; today: string }): Person | null {
  const meaning = SEVENTH_DIGIT[input.genderDigit];
  const digits = /^(\d\d)(\d\d)(\d\d)$/.exec(input.birthDate);
  if (!meaning || !digits) return null;
  const [year, month, day] = [meaning.century + Number(digits[1]), Number(digits[2]), Number(digits[3])];
  const date = new Date(Date.UTC(year, month - 1, day));
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return null;
  const birthDate = date.toISOString().slice(0, 10);
  if (birthDate > input.today) return null;
  return { birthDate, gender: Number(input.genderDigit) % 2 === 1 ? 'male' : 'female', foreigner: meaning.foreigner };
}

/** Completed years of age on the ISO date `today`; the birthday itself counts (Korean Civil Act, article 158). */
export function ageOn(birthDate: string, today: string): number {
  const years = Number(today.slice(0, 4)) - Number(birthDate.slice(0, 4));
  return today.slice(5) >= birthDate.slice(5) ? years : years - 1;
}

/** Korea has had no summer time since 1988: a Seoul day is nine hours ahead of a UTC day. */
export const SEOUL_OFFSET_MS = 9 * 3_600_000;

/** The calendar day in Korea at an instant. */
export function seoulDay(instant: Date): string {
  return new Date(instant.getTime() + SEOUL_OFFSET_MS).toISOString().slice(0, 10);
}
