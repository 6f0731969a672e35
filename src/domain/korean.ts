/** Particles by the preceding sound: a consonant, a vowel, or the consonant ㄹ where it counts as a vowel. */
const PARTICLES = {
  은: ['은', '는', '은'],
  이: ['이', '가', '이'],
  을: ['을', '를', '을'],
  과: ['과', '와', '과'],
  으로: ['으로', '로', '로'],
} as const;

const FIRST_SYLLABLE = 0xac00;
const SYLLABLES = 11_172;
/** Final consonants that a syllable may have, none of them included. */
const FINALS = 28;
const FINAL_RIEUL = 8;

/**
 * A noun with its Korean particle, which depends on the noun's last sound: `withParticle('은행', '으로')` is 은행으로,
 * `withParticle('가게', '으로')` is 가게로. After a letter of another script both forms are given: `Bank(으)로`.
 */
export function withParticle(noun: string, particle: keyof typeof PARTICLES): string {
  const [consonant, vowel, rieul] = PARTICLES[particle];
  const syllable = (noun.codePointAt(noun.length - 1) ?? 0) - FIRST_SYLLABLE;
  if (syllable < 0 || syllable >= SYLLABLES) {
    return noun + (particle === '으로' ? '(으)로' : `${consonant}(${vowel})`);
  }
  const final = syllable % FINALS;
  if (final === 0) return noun + vowel;
  return noun + (final === FINAL_RIEUL ? rieul : consonant);
}
