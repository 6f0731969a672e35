import { expect, it } from '@jest/globals';
import { deviceIn } from '../../src/app/screens/end-user.ts';

const WINDOWS =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36';
const ANDROID =
  'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36';
const IPHONE =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1';

it.each([
  [WINDOWS, 'Chrome', 'Windows'],
  [`${WINDOWS} Edg/140.0.0.0`, 'Edge', 'Windows'],
  [`${WINDOWS} OPR/120.0.0.0`, 'Opera', 'Windows'],
  [WINDOWS.replace('Chrome/', 'Whale/4.33 Chrome/'), 'Whale', 'Windows'],
  [ANDROID, 'Chrome', 'Android'],
  [ANDROID.replace('Chrome/', 'SamsungBrowser/28.0 Chrome/'), 'Samsung Internet', 'Android'],
  [`${ANDROID} KAKAOTALK 11.0`, 'KakaoTalk', 'Android'],
  [IPHONE, 'Safari', 'iPhone'],
  [IPHONE.replace('Version/', 'CriOS/'), 'Chrome', 'iPhone'],
  ['Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:140.0) Gecko/20100101 Firefox/140.0', 'Firefox', 'Mac'],
  ['Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) Chrome/140.0.0.0 Safari/537.36', 'Chrome', 'Chromebook'],
  ['Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', 'Firefox', 'Linux'],
  ['curl/8.5.0', undefined, undefined],
  ['', undefined, undefined],
])('the user agent %p is shown as %p on %p', (userAgent, browser, system) => {
  expect(deviceIn(userAgent)).toEqual({ browser, system });
});
