/** Marks of browsers in their user agent. One that is built on another names both, so its own mark comes first. */
const BROWSERS: readonly (readonly [RegExp, string])[] = [
  [/KAKAOTALK/, 'KakaoTalk'],
  [/NAVER\(inapp/, 'NAVER'],
  [/Whale/, 'Whale'],
  [/Edg(?:e|A|iOS)?\//, 'Edge'],
  [/OPR\/|OPiOS/, 'Opera'],
  [/SamsungBrowser/, 'Samsung Internet'],
  [/Firefox|FxiOS/, 'Firefox'],
  [/Chrome|CriOS/, 'Chrome'],
  [/Safari/, 'Safari'],
];

/** Android names Linux, and an iPhone names Mac OS X, so they come first. */
const SYSTEMS: readonly (readonly [RegExp, string])[] = [
  [/iPhone|iPod/, 'iPhone'],
  [/iPad/, 'iPad'],
  [/Android/, 'Android'],
  [/Windows/, 'Windows'],
  [/CrOS/, 'Chromebook'],
  [/Macintosh|Mac OS X/, 'Mac'],
  [/Linux/, 'Linux'],
];

/** The browser and the system that a user agent claims; undefined for what it does not say in a known way. */
export function deviceIn(userAgent: string): { browser: string | undefined; system: string | undefined } {
  const named = (marks: typeof BROWSERS) => marks.find(([mark]) => mark.test(userAgent))?.[1];
  return { browser: named(BROWSERS), system: named(SYSTEMS) };
}
