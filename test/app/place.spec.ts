import { describe, expect, it } from '@jest/globals';
import { osVersionIn, placeOf, wayOut, type Place } from '../../src/app/installed/place.ts';
import { readPush } from '../../src/app/worker/read-push.ts';

const IPHONE = 'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)';
const SAFARI = `${IPHONE} Version/17.5 Mobile/15E148 Safari/604.1`;
const ANDROID = 'Mozilla/5.0 (Linux; Android 14; SM-S921N) AppleWebKit/537.36 (KHTML, like Gecko)';
const CHROME = `${ANDROID} Chrome/140.0.0.0 Mobile Safari/537.36`;
const MAC = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Safari/605.1.15';

describe('Where the app is open', () => {
  it.each<[string, string, Place]>([
    ['Chrome on Android', CHROME, 'ready'],
    ['Samsung Internet', `${ANDROID} SamsungBrowser/27.0 Chrome/125.0.0.0 Mobile Safari/537.36`, 'ready'],
    ['Firefox on Android', 'Mozilla/5.0 (Android 14; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0', 'ready'],
    ['Safari on an iPhone', SAFARI, 'safari'],
    ['Chrome on an iPhone', `${IPHONE} CriOS/140.0 Mobile/15E148 Safari/604.1`, 'ios-browser'],
    ['KakaoTalk on an iPhone', `${SAFARI} KAKAOTALK 11.0.0`, 'in-app'],
    ['KakaoTalk on Android', `${CHROME};KAKAOTALK 2411000`, 'in-app'],
    ['Naver on Android', `${CHROME} NAVER(inapp; search; 2000; 12.9.1)`, 'in-app'],
    ['Line', `${CHROME} Line/14.1.0/IAB`, 'in-app'],
    ['Instagram', `${SAFARI} Instagram 330.0`, 'in-app'],
    ['Facebook', `${SAFARI} [FBAN/FBIOS;FBAV/470.0]`, 'in-app'],
    ['any other web view on Android', CHROME.replace('SM-S921N', 'SM-S921N; wv'), 'in-app'],
    ['a tablet with Android', `${ANDROID} Chrome/140.0.0.0 Safari/537.36`, 'tablet'],
    ['Chrome on Windows', 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/140.0.0.0 Safari/537.36', 'computer'],
    ['Safari on a Mac', MAC, 'computer'],
  ])('%s', (_name, userAgent, place) => {
    expect(placeOf({ userAgent, touchPoints: 0, isInstalled: false })).toBe(place);
  });

  it('an iPad calls itself a Mac, but has a touch screen', () => {
    expect(placeOf({ userAgent: MAC, touchPoints: 5, isInstalled: false })).toBe('tablet');
  });

  it('on an iPhone, only the app on the home screen goes on', () => {
    expect(placeOf({ userAgent: SAFARI, touchPoints: 5, isInstalled: true })).toBe('ready');
  });

  it('the way out of another app’s browser keeps the address', () => {
    const address = 'https://push.example.kr/app?lang=ko#enrol=ABCDE';
    expect(wayOut(`${SAFARI} KAKAOTALK 11`, address)).toBe(
      'kakaotalk://web/openExternal?url=https%3A%2F%2Fpush.example.kr%2Fapp%3Flang%3Dko%23enrol%3DABCDE',
    );
    expect(wayOut(`${CHROME} Line/14`, address)).toBe(
      'https://push.example.kr/app?lang=ko&openExternalBrowser=1#enrol=ABCDE',
    );
    expect(wayOut(`${CHROME} NAVER(inapp`, address)).toBe(
      'intent://push.example.kr/app?lang=ko#Intent;scheme=https;action=android.intent.action.VIEW;S.browser_fallback_url=https%3A%2F%2Fpush.example.kr%2Fapp%3Flang%3Dko%23enrol%3DABCDE;end',
    );
    // On an iPhone there is no such address: the guide shows the menu.
    expect(wayOut(`${SAFARI} NAVER(inapp`, address)).toBeUndefined();
  });

  it.each([
    ['as Chromium answers it', CHROME, '15.0.0', '15.0.0'],
    ['as Android’s browsers name it', CHROME, undefined, '14'],
    ['as Safari names it', SAFARI, undefined, '17.5'],
    ['an answer that is no version', CHROME, '', '14'],
    ['none at all', MAC.replace('Mac OS X', ''), undefined, '0'],
  ])('the version of the system: %s', (_name, userAgent, answered, version) => {
    expect(osVersionIn(userAgent, answered)).toBe(version);
  });
});

describe('A push as the service worker reads it', () => {
  it('has its data, and the text to show if there is one', () => {
    const notification = { title: '본인확인 요청', body: '앱을 열어 주세요.', tag: 'a1' };
    expect(readPush(JSON.stringify({ t: 'wake', id: 'a1', notification }))).toEqual({
      data: { t: 'wake', id: 'a1' },
      notification,
    });
    expect(readPush('{"t":"code","id":"a1","envelope":"e"}')).toEqual({ data: { t: 'code', id: 'a1', envelope: 'e' } });
  });

  it.each(['', 'no JSON', 'null', '[]', '7', '{"t":1,"notification":{"title":"only"}}'])(
    'without sense has no data: %s',
    (text) => {
      expect(readPush(text)).toEqual({ data: {} });
    },
  );
});
