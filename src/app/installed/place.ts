/** What a browser says of itself. */
export interface BrowserFacts {
  userAgent: string;
  /** Fingers that the screen can tell apart. */
  touchPoints: number;
  /** Whether the page runs as an installed app. */
  isInstalled: boolean;
}

/**
 * Where the page of the app is open.
 * - `ready`: a phone's browser, or the installed app.
 * - `in-app`: the browser inside another app. Its storage is that app's, and pushes do not reach it.
 * - `safari`: Safari on an iPhone. An app on the home screen has storage of its own, so keys made here would be lost.
 * - `ios-browser`: another browser on an iPhone, which may not put an app on the home screen.
 * - `tablet`, `computer`: the service is for smartphones.
 */
export type Place = 'ready' | 'in-app' | 'safari' | 'ios-browser' | 'tablet' | 'computer';

/** The marks of browsers inside other apps: Kakao, Naver, Line, Facebook, Instagram, Daum, and Android's web view. */
const IN_APP = /KAKAOTALK|NAVER\(inapp|Line\/|FBA[NV]|Instagram|DaumApps|everytimeApp|; wv\)/;

export function placeOf({ userAgent, touchPoints, isInstalled }: BrowserFacts): Place {
  if (IN_APP.test(userAgent)) return 'in-app';
  if (/iPhone|iPod/.test(userAgent)) {
    if (isInstalled) return 'ready';
    return /CriOS|FxiOS|EdgiOS|Whale|OPiOS/.test(userAgent) ? 'ios-browser' : 'safari';
  }
  // An iPad calls itself a Macintosh, which has no touch screen.
  if (/iPad/.test(userAgent) || (userAgent.includes('Macintosh') && touchPoints > 1)) return 'tablet';
  if (!userAgent.includes('Android')) return 'computer';
  return userAgent.includes('Mobile') ? 'ready' : 'tablet';
}

/** The address that leads from the browser inside an app to the phone's own browser; undefined where there is none. */
export function wayOut(userAgent: string, address: string): string | undefined {
  if (userAgent.includes('KAKAOTALK')) return `kakaotalk://web/openExternal?url=${encodeURIComponent(address)}`;
  if (userAgent.includes('Line/')) {
    const url = new URL(address);
    url.searchParams.set('openExternalBrowser', '1');
    return url.href;
  }
  if (!userAgent.includes('Android')) return undefined;
  // An intent has no place for the fragment; the fallback has it.
  const { protocol, host, pathname, search } = new URL(address);
  const fallback = encodeURIComponent(address);
  return `intent://${host}${pathname}${search}#Intent;scheme=${protocol.slice(0, -1)};action=android.intent.action.VIEW;S.browser_fallback_url=${fallback};end`;
}

/** The version of the phone's system: from the browser's own answer where it gives one, else from its name. */
export function osVersionIn(userAgent: string, answered?: string): string {
  if (answered !== undefined && /^\d+(\.\d+)*$/.test(answered)) return answered;
  return /(?:Android|iPhone OS|CPU OS) (\d+(?:[._]\d+)*)/.exec(userAgent)?.[1]?.replaceAll('_', '.') ?? '0';
}
