import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Installation } from '../support/installation.ts';
import { expectFaults } from '../support/problem.ts';
import { TestService } from '../support/service.ts';

let service: TestService;

beforeAll(async () => {
  service = await TestService.start();
});
afterAll(async () => {
  await service.stop();
});

/** Texts that a person cannot see, or sees otherwise than a machine does. */
const INVISIBLE: [string, string][] = [
  ['a Hangul choseong filler', '회\u115f원'],
  ['a Hangul jungseong filler', '회\u1160원'],
  ['a Hangul filler', '\u3164'],
  ['a halfwidth Hangul filler', '가\uffa0'],
  ['a blank Braille pattern', '\u2800'],
  ['a zero-width blank', '회\u200b원'],
  ['a word joiner', '회\u2060원'],
  ['a combining grapheme joiner', '회\u034f원'],
  ['a Mongolian vowel separator', '회\u180e원'],
  ['a variation selector of the supplement', '회\u{e0100}원'],
  ['an ideographic blank only', '\u3000\u3000'],
  ['a combining mark only', '\u0301'],
];

const start = (purpose: string) =>
  service.call('POST', '/v1/authentications', {
    phoneNumber: '010-1234-5678',
    birthDate: '900101',
    genderDigit: '1',
    purpose,
  });
const sign = (field: { label: string; value: string }) =>
  service.call(
    'POST',
    '/v1/authentications',
    {
      phoneNumber: '010-1234-5678',
      birthDate: '900101',
      genderDigit: '1',
      purpose: '이체',
      method: 'sign',
      transaction: [field],
    },
    { clientId: 'demo-bank' },
  );
const openWindow = (change: object) =>
  service.call('POST', '/v1/windows', {
    purpose: '회원가입',
    returnUrl: `${service.issuer}/demo/return`,
    state: 'x',
    ...change,
  });
const enrol = async (name: string, versions: object = {}) => {
  const { subscriptionId, enrolmentCode } = await service.subscribe(await service.addLine());
  const phone = Installation.fresh(service.issuer);
  return {
    subscriptionId,
    answer: await phone.send('POST', '/app/v1/devices', phone.enrolment(enrolmentCode, { name, ...versions })),
  };
};
const report = async (reason: string) => {
  const { subscriptionId } = await service.subscribe(await service.addLine());
  return service.call(
    'POST',
    `/operator/v1/subscriptions/${subscriptionId}/report-loss`,
    { reason },
    { scope: 'operator' },
  );
};

describe.each([...INVISIBLE, ['a blank only', ' '], ['a no-break blank only', '\u00a0']])(
  'a text with %s',
  (_, text) => {
    it('is refused as label and as value of a transaction to sign', async () => {
      expectFaults(await sign({ label: text, value: '홍길동' }), '/transaction/0/label');
      expectFaults(await sign({ label: '받는 분', value: text }), '/transaction/0/value');
    });
  },
);

describe.each(INVISIBLE)('a text with %s', (_, text) => {
  it('is refused as purpose, as name in a window, as name of a phone and as reason', async () => {
    expectFaults(await start(text), '/purpose');
    expectFaults(await openWindow({ purpose: text }), '/purpose');
    expectFaults(await openWindow({ name: text }), '/name');
    expectFaults((await enrol(text)).answer, '/name');
    expectFaults((await enrol('폰', { osVersion: text, appVersion: text })).answer, '/osVersion', '/appVersion');
    expectFaults(await report(text), '/reason');
    const headers = { 'Audit-Reason': encodeURIComponent(text) };
    const path = '/operator/v1/subscriptions?phoneNumber=01012345678';
    expect((await service.call('GET', path, undefined, { scope: 'operator', headers })).status).toBe(400);
  });
});

it.each([
  ['an emoji of several people', '가족 👨‍👩‍👧‍👦'],
  ['a heart with its selector', '❤️ 내 폰'],
  ['a key cap', '1️⃣ 전화'],
  ['a flag', '🇰🇷 폰'],
  ['a skin tone', '👍🏽'],
])('%s is a text that people read: %s', async (_, text) => {
  expect((await start(text)).status).toBe(201);
  expect((await openWindow({ purpose: text, name: text })).status).toBe(201);
  expect((await enrol(text)).answer.status).toBe(201);
  expect((await report(text)).status).toBe(200);
});

it.each([
  ['direction marks of a copied text', '\u200e내 폰\u200f', '내 폰'],
  ['directional isolates', '\u2068Kim\u2019s phone\u2069', 'Kim\u2019s phone'],
  ['embeddings and overrides', '\u202a내\u202c \u202e폰', '내 폰'],
  ['a joiner between letters', 'می\u200cخواهم', 'میخواهم'],
  ['a joiner after an emoji that was cut off', '👨\u200d', '👨'],
  ['a selector after a letter', '폰\ufe0f', '폰'],
  ['the tags of a regional flag', '🏴\u{e0067}\u{e0062}\u{e007f} 폰', '🏴 폰'],
  ['an emoji with joiners', '👩\u200d🚀 폰', '👩\u200d🚀 폰'],
])('the name of a phone with %s is taken', async (_, name, shown) => {
  const { subscriptionId, answer } = await enrol(name);
  expect(answer.status).toBe(201);
  const { rows } = await service.database.pool.query<{ id: string; cipher: Buffer }>(
    'SELECT id, name_cipher AS cipher FROM devices WHERE subscription_id = $1',
    [subscriptionId],
  );
  expect(service.keys.fields.decrypt(rows[0]!.cipher, `devices:name:${rows[0]!.id}`).toString()).toBe(shown);
});

it('a language tag such as ko-KR names its language on every page', async () => {
  for (const [tag, language] of [
    ['ko-KR', 'ko'],
    ['EN_us', 'en'],
    ['en', 'en'],
  ]) {
    const window = await openWindow({ locale: tag });
    const { url } = window.body as { url: string };
    expect(await (await fetch(url)).text()).toContain(`<html lang="${language}"`);
    expect(await (await fetch(`${service.issuer}/?lang=${tag}`)).text()).toContain(`<html lang="${language}"`);
    const other = await openWindow({ locale: language === 'ko' ? 'en' : 'ko' });
    const page = await fetch(`${(other.body as { url: string }).url}?lang=${tag}`);
    expect(await page.text()).toContain(`<html lang="${language}"`);
  }
});
