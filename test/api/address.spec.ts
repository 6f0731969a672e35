import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { canonicalAddress, networkOf, readableHops } from '../../src/http/address.ts';
import { TextBrowser } from '../../src/commands/journey/text-browser.ts';
import { eventually } from '../support/eventually.ts';
import { TestService } from '../support/service.ts';

describe('an address', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7'],
    [' 203.0.113.7 ', '203.0.113.7'],
    ['203.0.113.7:5678', '203.0.113.7'],
    ['"203.0.113.7:5678"', '203.0.113.7'],
    ['2001:DB8:0:0:0:0:0:7', '2001:db8::7'],
    ['[2001:db8::7]', '2001:db8::7'],
    ['[2001:db8::7]:5678', '2001:db8::7'],
    ['2001:db8:1:2:3:4:5:6:5678', '2001:db8:1:2:3:4:5:6'],
    ['fe80::1%eth0', 'fe80::1'],
    ['[fe80::1%25eth0]:443', 'fe80::1'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['::FFFF:cb00:7107', '203.0.113.7'],
    ['[::ffff:203.0.113.7]:80', '203.0.113.7'],
    ['0:0:0:0:0:ffff:203.0.113.7', '203.0.113.7'],
    ['::1', '::1'],
  ])('an address written as %s is %s', (written, address) => {
    expect(canonicalAddress(written)).toBe(address);
  });

  it.each([
    '',
    'unknown',
    '_hidden',
    '203.0.113',
    '203.0.113.256',
    '010.1.1.1',
    'fe80',
    '[2001:db8::7',
    'shop.example:80',
  ])('a text that is no address is not taken for one: "%s"', (text) => {
    expect(canonicalAddress(text)).toBeNull();
  });

  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['203.0.113.7:1', '203.0.113.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:db8:1:2::', '2001:db8:1:2'],
    ['2001:db8::1', '2001:db8:0:0'],
    ['::1', '0:0:0:0'],
    ['[2001:db8:1:2:ffff::9]:80', '2001:db8:1:2'],
  ])('limits count %s as %s', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });

  it.each([
    ['203.0.113.7:5678, [2001:db8::1]:443', '203.0.113.7, 2001:db8::1'],
    ['203.0.113.7, unknown, 198.51.100.1', '198.51.100.1'],
    ['203.0.113.7, unknown', ''],
    ['', ''],
  ])('the hops "%s" are read as "%s"', (header, hops) => {
    expect(readableHops(header)).toBe(hops);
  });
});

describe('behind a trusted proxy', () => {
  let service: TestService;

  beforeAll(async () => {
    service = await TestService.start({ TRUST_PROXY: '127.0.0.1,10.0.0.0/8' });
  });
  afterAll(async () => {
    await service.stop();
  });

  /** The address in the audit entry of a call with these hops. */
  const auditedAddress = async (hops: string) => {
    const reason = `문의 ${randomUUID()}`;
    const headers = { 'X-Forwarded-For': hops, 'Audit-Reason': encodeURIComponent(reason) };
    const path = '/operator/v1/eligibility?phoneNumber=01012345678';
    await service.call('GET', path, undefined, { scope: 'operator', headers });
    return (await service.rows.operators.auditOfReason(reason)).map(({ address }) => address);
  };

  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['203.0.113.7:5678', '203.0.113.7'],
    ['[2001:DB8::7]:5678', '2001:db8::7'],
    ['198.51.100.9, 203.0.113.7:5678', '203.0.113.7'],
    ['203.0.113.7:5678, 10.0.0.1:4444', '203.0.113.7'],
    ['203.0.113.7, ::ffff:10.0.0.1', '203.0.113.7'],
    ['203.0.113.7, unknown, 10.0.0.1', '10.0.0.1'],
    ['<script>', '127.0.0.1'],
  ])('behind a trusted proxy, the audit of a caller with the hops "%s" names %s', async (hops, address) => {
    expect(await auditedAddress(hops)).toEqual([address]);
  });

  it('behind a trusted proxy, the limit of a form counts one sender whatever port, and one household whatever address', async () => {
    const person = { birthDate: '900101', genderDigit: '1', phoneNumber: '010-1234-5678' };
    const send = async (hops: string) => {
      const browser = new TextBrowser(service.issuer);
      await browser.open('/login');
      return (await browser.send('/login', person, { 'X-Forwarded-For': hops })).status;
    };
    for (const [first, second, other] of [
      ['203.0.113.20:1024', '203.0.113.20:65000', '203.0.113.21'],
      ['2001:db8:5:6::1', '[2001:db8:5:6:ffff::2]:443', '2001:db8:5:7::1'],
    ] as const) {
      expect(await send(first)).toBe(200);
      await service.rows.budgets.exhaustForms();
      expect(await send(second)).toBe(429);
      expect(await send(other)).toBe(200);
      await service.rows.budgets.clearForms();
    }
  });

  it('behind a trusted proxy, the phone is shown the address that the proxy saw, without its port', async () => {
    const { person, phone } = await service.subscriber();
    const browser = new TextBrowser(service.issuer);
    await browser.open('/login');
    const { phoneNumber, birthDate, genderDigit } = person;
    const hops = { 'X-Forwarded-For': '198.51.100.9, [2001:DB8::9]:4711' };
    await browser.send('/login', { phoneNumber, birthDate, genderDigit }, hops);
    const pending = await eventually('the request in the app', async () => (await phone.pending())[0]);
    expect(pending.endUser?.ip).toBe('2001:db8::9');
  });

  it('what a relying party says of the person’s address is shown on the phone in its one form', async () => {
    const subscriber = await service.subscriber();
    const { phoneNumber, birthDate, genderDigit } = subscriber.person;
    const endUser = { ip: '[2001:DB8:0::7]:5678' };
    const body = { phoneNumber, birthDate, genderDigit, purpose: '로그인', endUser };
    expect((await service.call('POST', '/v1/authentications', body)).status).toBe(201);
    expect((await subscriber.phone.pending())[0]?.endUser).toEqual({ ip: '2001:db8::7' });
  });
});

describe('without a trusted proxy', () => {
  it('without a trusted proxy, what a caller forwards changes nothing', async () => {
    const service = await TestService.start();
    const headers = { 'X-Forwarded-For': '203.0.113.7', 'Audit-Reason': 'x' };
    await service.call('GET', '/operator/v1/eligibility?phoneNumber=01012345678', undefined, {
      scope: 'operator',
      headers,
    });
    const entries = await service.rows.operators.auditOfReason('x');
    expect(entries.map(({ address }) => address)).toEqual(['127.0.0.1']);
    await service.stop();
  });
});
