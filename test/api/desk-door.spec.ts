import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { credentialsOf, DeskBrowser, wrongCodeFor, type DeskAnswer } from '../support/desk.ts';
import { eventually } from '../support/eventually.ts';
import { withLimitsHeld } from '../support/rows/sql.ts';
import { TestService } from '../support/service.ts';

const OFFICE = '203.0.113.10';
const ELSEWHERE = '198.51.100.1';
/** Sign-ins of strangers that run or wait; further ones are turned away. */
const STRANGERS = 41;

let service: TestService;

beforeAll(async () => {
  service = await TestService.start({ TRUST_PROXY: '127.0.0.1' });
});
afterAll(async () => {
  await service.stop();
});
beforeEach(async () => {
  await service.rows.operators.unlockAll();
  await service.rows.operators.forgetAddresses();
  await service.rows.budgets.clearForms();
});

/** Sends the sign-in form from an address. */
async function signIn(
  from: string,
  login: string,
  typed: { password?: string; code?: string } = {},
  browser?: DeskBrowser,
): Promise<DeskAnswer> {
  const known = login === 'nobody' ? { login, password: 'junk', code: '000000' } : credentialsOf(service, login);
  const sender = browser ?? new DeskBrowser(service);
  return sender.post('/operator/sign-in', { ...known, ...typed }, { 'X-Forwarded-For': from });
}

/** Signs in from an address, with a one-time password that is right again. */
async function rightly(from: string, login: string): Promise<number> {
  await service.rows.operators.forgetTotp(login);
  return (await signIn(from, login)).status;
}

const wrongCode = (login: string) =>
  wrongCodeFor(service.process.announcement.operators.find((one) => one.login === login)!.totpSecret);

/** How often sign-ins were turned away, as the metrics count it. */
async function turnedAway(): Promise<number> {
  const metrics = await (await fetch(`${service.process.announcement.management}/metrics`)).text();
  const counted = /pushguard_refusals_total\{route="\/operator\/sign-in",code="service_unavailable"\} (\d+)/.exec(
    metrics,
  );
  return Number(counted?.[1] ?? 0);
}

describe('the desk’s door', () => {
  it('the desk’s door stays open in a storm at an address of an earlier sign-in, and turns strangers away uncounted', async () => {
    expect(await rightly(OFFICE, 'agent')).toBe(303);
    const browsers = await Promise.all(
      Array.from({ length: STRANGERS + 5 }, async () => {
        const browser = new DeskBrowser(service);
        return { browser, form: await browser.formToken() };
      }),
    );
    const send = ({ browser, form }: (typeof browsers)[number], from: string, fields: Record<string, string>) =>
      browser.postRaw('/operator/sign-in', { form, ...fields }, { 'X-Forwarded-For': from });
    const before = await turnedAway();
    const { storm, right } = await withLimitsHeld(service.database.pool, async () => {
      const storm = browsers
        .slice(0, STRANGERS + 1)
        .map((one, at) => send(one, `192.0.2.${at}`, { login: 'nobody', password: 'junk', code: '000000' }));
      await eventually('a stranger turned away', async () => (await turnedAway()) > before);
      // Five right tries at an address where nothing is known of the operator.
      const right: DeskAnswer[] = [];
      for (const one of browsers.slice(0, 5)) right.push(await send(one, ELSEWHERE, credentialsOf(service, 'viewer')));
      expect(await rightly(OFFICE, 'agent')).toBe(303);
      return { storm, right };
    });
    expect(right.map(({ status, headers }) => [status, headers.get('retry-after')])).toEqual(
      right.map(() => [503, '10']),
    );
    const answers = (await Promise.all(storm)).map(({ status }) => status).sort();
    expect(answers).toEqual([...Array.from({ length: STRANGERS }, () => 401), 503]);
    expect(await service.rows.operators.lockOf('viewer')).toEqual({ failures: 0, seconds: null });
    expect(await rightly(ELSEWHERE, 'viewer')).toBe(303);
    expect(await turnedAway()).toBe(before + 6);
    expect(service.process.log()).not.toContain('Too many people');
  });

  it('the desk’s door is not shut to an operator at a familiar address by failures elsewhere, nor the other way round', async () => {
    expect(await rightly(OFFICE, 'supervisor')).toBe(303);
    for (let round = 0; round < 5; round += 1) {
      expect((await signIn(ELSEWHERE, 'supervisor', { password: 'wrong' })).status).toBe(401);
    }
    expect(await rightly(ELSEWHERE, 'supervisor')).toBe(401);
    expect(await rightly(OFFICE, 'supervisor')).toBe(303);
    // What was right here says nothing about the tries elsewhere, which stay counted.
    expect(await rightly(ELSEWHERE, 'supervisor')).toBe(401);
    await service.rows.operators.endLock('supervisor');
    for (let round = 0; round < 5; round += 1) {
      expect((await signIn(OFFICE, 'supervisor', { password: 'wrong' })).status).toBe(401);
    }
    expect(await rightly(OFFICE, 'supervisor')).toBe(401);
    expect(await rightly(ELSEWHERE, 'supervisor')).toBe(303);
  });

  it('the desk’s door counts a wrong one-time password like a wrong password', async () => {
    await service.rows.operators.forgetTotp('agent');
    for (let round = 0; round < 5; round += 1) {
      expect((await signIn(ELSEWHERE, 'agent', { code: wrongCode('agent') })).status).toBe(401);
    }
    expect(await rightly(ELSEWHERE, 'agent')).toBe(401);
    expect((await service.rows.operators.lockOf('agent')).seconds).toBeGreaterThan(780);
  });

  it('the desk’s door knows a household by its /64, and counts its sign-ins as those of one address', async () => {
    expect(await rightly('2001:db8:1:2::1', 'agent')).toBe(303);
    expect(await rightly('[2001:db8:1:2:ffff::9]:4711', 'agent')).toBe(303);
    expect(await service.rows.operators.addressesOf('agent')).toBe(1);
    expect(await rightly('2001:db8:1:3::1', 'agent')).toBe(303);
    expect(await service.rows.operators.addressesOf('agent')).toBe(2);

    await signIn('2001:db8:5:6::1', 'nobody');
    await service.rows.budgets.exhaustForms();
    expect((await signIn('[2001:db8:5:6:ffff::1]:80', 'nobody')).status).toBe(429);
    expect((await signIn('2001:db8:5:7::1', 'nobody')).status).toBe(401);
  });

  it('the desk’s door forgets an address from which an operator did not sign in for ninety days', async () => {
    expect(await rightly(OFFICE, 'agent')).toBe(303);
    await service.rows.operators.ageAddresses('agent', 89);
    expect(await rightly(ELSEWHERE, 'agent')).toBe(303);
    await service.rows.operators.ageAddresses('agent', 91);
    await eventually('the addresses forgotten', async () => (await service.rows.operators.addressesOf('agent')) === 0);
  });
});
