import type { Locale } from '../domain/locale.ts';

/**
 * The words by which a character of an enrolment code is read aloud: those of the radiotelephony alphabet of ICAO and NATO,
 * and in Korean their usual spelling, with digits that cannot be taken for one another (공, 하나, 둘, 삼, …).
 */
const SPELLING: Readonly<Record<string, readonly [ko: string, en: string]>> = {
  '0': ['공', 'zero'],
  '1': ['하나', 'one'],
  '2': ['둘', 'two'],
  '3': ['삼', 'three'],
  '4': ['넷', 'four'],
  '5': ['오', 'five'],
  '6': ['여섯', 'six'],
  '7': ['칠', 'seven'],
  '8': ['팔', 'eight'],
  '9': ['아홉', 'nine'],
  A: ['에이(알파)', 'Alfa'],
  B: ['비(브라보)', 'Bravo'],
  C: ['시(찰리)', 'Charlie'],
  D: ['디(델타)', 'Delta'],
  E: ['이(에코)', 'Echo'],
  F: ['에프(폭스트롯)', 'Foxtrot'],
  G: ['지(골프)', 'Golf'],
  H: ['에이치(호텔)', 'Hotel'],
  J: ['제이(줄리엣)', 'Juliett'],
  K: ['케이(킬로)', 'Kilo'],
  M: ['엠(마이크)', 'Mike'],
  N: ['엔(노벰버)', 'November'],
  P: ['피(파파)', 'Papa'],
  Q: ['큐(퀘벡)', 'Quebec'],
  R: ['아르(로미오)', 'Romeo'],
  S: ['에스(시에라)', 'Sierra'],
  T: ['티(탱고)', 'Tango'],
  V: ['브이(빅터)', 'Victor'],
  W: ['더블유(위스키)', 'Whiskey'],
  X: ['엑스(엑스레이)', 'X-ray'],
  Y: ['와이(양키)', 'Yankee'],
  Z: ['제트(줄루)', 'Zulu'],
};

/** Returns how a character is read aloud; English where a language has no words of its own. */
export function spelled(character: string, locale: Locale): string {
  const [ko, en] = SPELLING[character] ?? [character, character];
  return locale === 'ko' ? ko : en;
}
