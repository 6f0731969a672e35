import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { DeskBrowser, type DeskAnswer } from '../support/desk.ts';
import { eventually } from '../support/eventually.ts';
import { expectFaults, expectProblem } from '../support/problem.ts';
import { otherThan, TestService, type Subscriber } from '../support/service.ts';

type Deed = 'cancel' | 'unlock_pin';

const reason = '고객이 전화로 요청';
const NOT_ME = '고객이 전화하지 않았다고 답했습니다';

let service: TestService;
let sequence = 0;
const desks = new Map<string, DeskBrowser>();

beforeAll(async () => {
  service = await TestService.start();
  for (const login of ['viewer', 'agent', 'supervisor']) {
    desks.set(login, await new DeskBrowser(service).signIn(login));
  }
});
afterAll(() => service.stop());
beforeEach(async () => {
  await service.rows.operators.unlockAll();
  await service.rows.budgets.clearForms();
});

const desk = (login = 'agent') => desks.get(login)!;
const at = (subscriptionId: string) => `/operator/subscriptions/${subscriptionId}`;
const h1 = ({ html }: DeskAnswer) => /<h1[^>]*>([^<]*)/.exec(html)?.[1]?.trim();
const standing = async (id: string) => (await service.rows.subscriptions.of(id))!.state;
const lookAt = (id: string, login = 'agent') => desk(login).get(`${at(id)}/caller-check`);

/** Asks for a verification of the caller at the desk. */
async function ask(subscriptionId: string, deed = 'cancel', login = 'agent'): Promise<DeskAnswer> {
  return desk(login).post(`${at(subscriptionId)}/caller-check`, { deed, reason });
}

/** The question as the phone shows it. */
async function question({ phone }: Subscriber) {
  const asked = (await phone.pending()).find(({ caller }) => caller !== undefined);
  if (!asked) throw new Error('the phone shows no question of the call centre');
  return asked;
}

/** The person says on the phone that they called, types the PIN, and reads the code. */
async function readAloud(subscriber: Subscriber): Promise<string> {
  return service.codeOf(subscriber, (await question(subscriber)).id);
}

const type = (id: string, code: string, login = 'agent') => desk(login).post(`${at(id)}/caller-check/code`, { code });
const does = (id: string, action: 'cancel' | 'unlock-pin' = 'cancel', login = 'agent') =>
  desk(login).post(`${at(id)}/${action}`, { reason });

/** A subscriber whom the operator has verified for a deed. */
async function verified(deed: Deed = 'cancel', login = 'agent'): Promise<Subscriber> {
  const subscriber = await service.subscriber();
  await ask(subscriber.subscriptionId, deed, login);
  await type(subscriber.subscriptionId, await readAloud(subscriber), login);
  expect(h1(await lookAt(subscriber.subscriptionId, login))).toBe('본인을 확인했습니다');
  return subscriber;
}

async function auditOf(subscriptionId: string): Promise<string[]> {
  const entries = await service.rows.operators.auditOf(subscriptionId);
  return entries
    .filter(({ action }) => action.includes('caller'))
    .map(({ operator, action, outcome }) => `${operator} ${action} ${outcome}`);
}

const audited = (subscriptionId: string, entry: string) =>
  eventually(`${entry} in the audit`, async () => (await auditOf(subscriptionId)).includes(entry));

describe('a caller who is verified by push', () => {
  it('is asked on the phone by the call centre, reads a code aloud, and lets one agent cancel alone', async () => {
    const subscriber = await service.subscriber();
    const { subscriptionId: id, phone, pushToken } = subscriber;
    expect((await does(id)).status).toBe(409);
    expect(await standing(id)).toBe('active');

    expect((await ask(id)).location).toBe(`${at(id)}/caller-check`);
    await service.pushed(pushToken, 'wake');
    const asked = await question(subscriber);
    expect(asked).toMatchObject({
      relyingParty: { name: '고객센터' },
      purpose: '고객센터가 해지를 요청합니다',
      caller: { deed: 'cancel' },
      endUser: null,
    });
    const page = await lookAt(id);
    expect(h1(page)).toBe('고객의 앱에 요청했습니다');
    expect(page.html).not.toContain('name="code"');

    const code = await readAloud(subscriber);
    expect(h1(await lookAt(id))).toBe('고객이 번호를 보고 있습니다');
    expect((await type(id, code)).location).toBe(`${at(id)}/caller-check`);
    expect(h1(await lookAt(id))).toBe('본인을 확인했습니다');
    expect((await does(id)).location).toBe(`${at(id)}?done=cancel`);
    expect(await standing(id)).toBe('cancelled');
    expect(h1(await lookAt(id))).toBe('처리에 사용했습니다');

    await audited(id, 'agent caller-used-cancel done');
    expect(await auditOf(id)).toEqual([
      'agent ask-caller-cancel done',
      'agent verify-caller-cancel done',
      'agent caller-used-cancel done',
    ]);
    expect(await service.rows.operators.textsOfCallerChecks(id)).not.toContain(code);
    expect(service.process.log()).not.toContain(code);
    await expect(phone.pending()).rejects.toMatchObject({ code: 'device_proof_invalid' });
  });

  it('sees the call centre and the deed in the history of the app', async () => {
    const { subscriptionId, phone } = await verified();
    expect(await phone.history()).toMatchObject([
      {
        relyingParty: { name: '고객센터' },
        purpose: '고객센터가 해지를 요청합니다',
        channel: 'push',
        state: 'verified',
      },
    ]);
    expect((await desk().get(at(subscriptionId))).status).toBe(200);
  });

  it('lets one agent unlock again a PIN that locked after the person had proved it', async () => {
    const subscriber = await service.subscriber();
    const { subscriptionId: id } = subscriber;
    await service.rows.devices.lockPinOf(id);
    expect((await does(id, 'unlock-pin')).location).toBe(`${at(id)}?done=unlock-pin`);
    expect((await does(id, 'unlock-pin')).status).toBe(409);
    await ask(id, 'unlock_pin');
    expect(await question(subscriber)).toMatchObject({ caller: { deed: 'unlock_pin' } });
    const code = await readAloud(subscriber);
    await service.rows.devices.lockPinOf(id);
    await type(id, code);
    expect((await does(id, 'unlock-pin')).location).toBe(`${at(id)}?done=unlock-pin`);
    expect(await subscriber.phone.standing()).toMatchObject({ pinLocked: false });
    expect((await does(id, 'unlock-pin')).status).toBe(409);
  });

  it('is followed by the desk without a reload, and only by the one who asked', async () => {
    const subscriber = await service.subscriber();
    const { subscriptionId: id } = subscriber;
    await ask(id);
    const state = (known: string, login = 'agent') =>
      desk(login).get(`${at(id)}/caller-check/state?wait=30&state=${known}`);
    const opened = state('asked');
    await readAloud(subscriber);
    expect((await opened).html).toBe('{"state":"opened"}');
    expect((await state('asked')).html).toBe('{"state":"opened"}');
    expect((await state('asked', 'supervisor')).html).toBe('{"state":"none"}');
    expect((await lookAt(id, 'supervisor')).location).toBe(at(id));
  });

  it('may be asked for by agents alone: neither by viewers nor by programs', async () => {
    const { subscriptionId: id, phone } = await service.subscriber();
    expect((await ask(id, 'cancel', 'viewer')).status).toBe(403);
    const paths = ['caller-check', 'caller-checks', 'caller-check/code'];
    for (const path of paths) {
      const answer = await service.call(
        'POST',
        `/operator/v1/subscriptions/${id}/${path}`,
        { reason, deed: 'cancel' },
        {
          scope: 'operator',
        },
      );
      expectProblem(answer, 404, 'not_found');
    }
    const bearer = { Authorization: `Bearer ${await service.token('operator')}` };
    const atTheDesk = await fetch(`${service.issuer}${at(id)}/caller-check`, { method: 'POST', headers: bearer });
    expect(atTheDesk.ok).toBe(false);
    expect(await phone.pending()).toEqual([]);
  });

  it('is asked about cancelling and unlocking, and about nothing else', async () => {
    const { subscriptionId: id, phone } = await service.subscriber();
    for (const deed of ['resume', 'enrolment_code', 'enrolment-code', 'issue_reissue', '', 'Cancel']) {
      expect([deed, (await ask(id, deed)).status]).toEqual([deed, 400]);
    }
    expect(await phone.pending()).toEqual([]);
  });

  it('cannot be claimed by a relying party', async () => {
    const { person, phone } = await service.subscriber();
    const { phoneNumber, birthDate, genderDigit } = person;
    const start = { phoneNumber, birthDate, genderDigit, purpose: '고객센터가 해지를 요청합니다' };
    const answer = await service.call('POST', '/v1/authentications', { ...start, caller: { deed: 'cancel' } });
    expectFaults(answer, '/caller');
    expect((await service.call('POST', '/v1/authentications', start)).status).toBe(201);
    expect((await phone.pending()).map(({ caller }) => caller)).toEqual([undefined]);
  });
});

describe('a verification of a caller', () => {
  it('serves no other deed', async () => {
    const { subscriptionId: id } = await verified('unlock_pin');
    expect((await does(id, 'cancel')).status).toBe(409);
    expect(await standing(id)).toBe('active');
  });

  it('serves no other deed in the other direction either', async () => {
    const { subscriptionId: id } = await verified('cancel');
    await service.rows.devices.lockPinOf(id);
    await does(id, 'unlock-pin', 'supervisor');
    await service.rows.devices.lockPinOf(id);
    expect((await does(id, 'unlock-pin')).status).toBe(409);
  });

  it('serves no other agent, who cannot type its code either', async () => {
    const { subscriptionId: id } = await verified();
    expect((await does(id, 'cancel', 'supervisor')).status).toBe(409);
    expect(await standing(id)).toBe('active');

    const other = await service.subscriber();
    await ask(other.subscriptionId);
    const code = await readAloud(other);
    expect((await type(other.subscriptionId, code, 'supervisor')).status).toBe(409);
    expect((await type(other.subscriptionId, code)).status).toBe(303);
  });

  it('serves no other subscription', async () => {
    await verified();
    const { subscriptionId: other } = await service.subscriber();
    expect((await does(other)).status).toBe(409);
  });

  it('serves once', async () => {
    const { subscriptionId: id } = await verified('unlock_pin');
    await service.rows.devices.lockPinOf(id);
    await does(id, 'unlock-pin', 'supervisor');
    await service.rows.devices.lockPinOf(id);
    expect((await does(id, 'unlock-pin')).location).toBe(`${at(id)}?done=unlock-pin`);
    expect((await does(id, 'unlock-pin')).status).toBe(409);
  });

  it('serves once among many deeds at once', async () => {
    const { subscriptionId: id } = await verified('unlock_pin');
    await service.rows.devices.lockPinOf(id);
    await does(id, 'unlock-pin', 'supervisor');
    await service.rows.devices.lockPinOf(id);
    const answers = await Promise.all(Array.from({ length: 6 }, () => does(id, 'unlock-pin')));
    expect(answers.map(({ status }) => status).sort()).toEqual([303, 409, 409, 409, 409, 409]);
  });

  it('serves for 180 seconds, and the audit says that it was not used', async () => {
    const { subscriptionId: id } = await verified();
    await service.rows.operators.ageCallerChecks(id, 181);
    expect((await does(id)).status).toBe(409);
    expect(h1(await lookAt(id))).toBe('확인이 만료되었습니다');
    await audited(id, 'agent caller-lapsed-cancel done');

    const late = await service.subscriber();
    await ask(late.subscriptionId);
    const code = await readAloud(late);
    await service.rows.operators.ageCallerChecks(late.subscriptionId, 181);
    expect((await type(late.subscriptionId, code)).status).toBe(409);
    expect(h1(await lookAt(late.subscriptionId))).toBe('시간이 지났습니다');
    await audited(late.subscriptionId, 'agent caller-expired-cancel done');
    expect(await standing(late.subscriptionId)).toBe('active');
  });

  it('ends with another phone, and with a loss that was lifted meanwhile', async () => {
    const one = await verified();
    const { enrolmentCode } = (await service.operate(one.subscriptionId, 'enrolment-code')).body as {
      enrolmentCode: string;
    };
    const phone = await service.enrol(enrolmentCode);
    await phone.confirmTest((await phone.readTestEnvelope(await phone.testEnvelope())).code);
    expect((await does(one.subscriptionId)).status).toBe(409);

    const two = await verified();
    await service.operate(two.subscriptionId, 'report-loss');
    await service.operate(two.subscriptionId, 'resume');
    expect((await does(two.subscriptionId)).status).toBe(409);
  });

  it('is void once the person says in the history of the app that it was not them', async () => {
    const { subscriptionId: id, phone } = await verified();
    const [entry] = await phone.history();
    await phone.notMe(entry!.id);
    expect((await does(id)).status).toBe(409);
    expect(h1(await lookAt(id))).toBe(NOT_ME);
    expect((await ask(id)).status).toBe(409);
    await audited(id, 'agent caller-not-me-cancel done');
  });

  it('is cancelled on the phone and at the desk by a change of the SIM', async () => {
    const subscriber = await service.subscriber();
    const { subscriptionId: id, person } = subscriber;
    await ask(id);
    const code = await readAloud(subscriber);
    await service.sendEvent(person.lineId, 'sim-swapped', undefined, (sequence += 1));
    expect((await type(id, code)).status).toBe(409);
    expect((await ask(id)).status).toBe(409);
    await audited(id, 'agent caller-cancelled-cancel done');
    expect(await standing(id)).toBe('suspended');
  });

  it('counts wrong codes as a window does, asks for the digits where there is no whole code, and ends at the fifth', async () => {
    const subscriber = await service.subscriber();
    const { subscriptionId: id } = subscriber;
    await ask(id);
    const code = await readAloud(subscriber);
    expect((await type(id, otherThan(code))).location).toBe(`${at(id)}/caller-check?note=mismatch`);
    const { html } = await desk().get(`${at(id)}/caller-check?note=mismatch`);
    expect(html).toContain('4번 더 입력할 수 있습니다');
    for (const part of ['', 'not a code', '12345', '1234567']) {
      expect((await type(id, part)).location).toBe(`${at(id)}/caller-check?note=incomplete`);
    }
    const asked = await desk().get(`${at(id)}/caller-check?note=incomplete`);
    expect(asked.html).toContain('번호 6자리를 입력해 주세요.');
    for (let left = 4; left > 0; left -= 1) await type(id, otherThan(code));
    expect(h1(await lookAt(id))).toBe('번호를 5번 틀렸습니다');
    expect((await type(id, code)).status).toBe(409);
    expect((await does(id)).status).toBe(409);
    expect((await auditOf(id)).slice(0, 2)).toEqual([
      'agent ask-caller-cancel done',
      'agent verify-caller-cancel code_mismatch',
    ]);
  });

  it('takes no code of a shop, and a shop takes none of it', async () => {
    const subscriber = await service.subscriber();
    const { subscriptionId: id, person } = subscriber;
    const shop = (await service.start(person)).body.id;
    await ask(id);
    const [ofShop, ofDesk] = [await service.codeOf(subscriber, shop), await readAloud(subscriber)];
    if (ofShop !== ofDesk) {
      expect((await type(id, ofShop)).location).toBe(`${at(id)}/caller-check?note=mismatch`);
      expectProblem(await service.verify(shop, ofDesk), 422, 'code_mismatch', { attemptsLeft: 4 });
    }
    const { id: own } = await question(subscriber);
    expectProblem(await service.verify(own, ofDesk), 404, 'authentication_not_found');
    expect(await service.verify(shop, ofShop)).toMatchObject({ status: 200 });
    expect((await does(id)).status).toBe(409);
  });

  it('is withdrawn by the agent, and leaves the phone', async () => {
    const { subscriptionId: id, phone } = await service.subscriber();
    await ask(id);
    expect((await desk().post(`${at(id)}/caller-check/withdraw`)).status).toBe(303);
    expect(await phone.pending()).toEqual([]);
    expect((await ask(id)).status).toBe(303);
  });
});

describe('the call centre', () => {
  it('learns at once that the person did not call, stops asking for an hour, and says so to everyone at the desk', async () => {
    const subscriber = await service.subscriber();
    const { subscriptionId: id, phone } = subscriber;
    await ask(id);
    const following = desk().get(`${at(id)}/caller-check/state?wait=30&state=asked`);
    await phone.decline((await question(subscriber)).id, 'not_me');
    expect((await following).html).toBe('{"state":"not_me"}');
    expect(h1(await lookAt(id))).toBe(NOT_ME);
    for (const login of ['agent', 'supervisor']) {
      const refused = await ask(id, 'cancel', login);
      expect([refused.status, h1(refused)]).toEqual([409, NOT_ME]);
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(3_500);
    }
    expect(await phone.pending()).toEqual([]);
    expect((await does(id)).status).toBe(409);
    expect(await standing(id)).toBe('active');
    await audited(id, 'agent caller-not-me-cancel done');

    const { html: home } = await desk('supervisor').get('/operator');
    expect(home).toContain('전화하지 않았다는 답');
    expect(home).toContain(at(id));
    await service.rows.operators.ageCallerChecks(id, 3_601);
    expect((await ask(id)).status).toBe(303);
  });

  it('has one question open for a person, whoever asks', async () => {
    const { subscriptionId: id, phone } = await service.subscriber();
    const answers = await Promise.all([ask(id), ask(id), ask(id, 'unlock_pin', 'supervisor'), ask(id)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([303, 409, 409, 409]);
    expect(await phone.pending()).toHaveLength(1);
  });

  it('rings a person three times in ten minutes and ten times a day, unless the person opens it', async () => {
    const { subscriptionId: id, phone, person } = await service.subscriber();
    const askAndWithdraw = async () => {
      const { status } = await ask(id);
      if (status === 303) await desk().post(`${at(id)}/caller-check/withdraw`);
      return status;
    };
    const statuses: number[] = [];
    for (let round = 0; round < 4; round += 1) statuses.push(await askAndWithdraw());
    expect(statuses).toEqual([303, 303, 303, 429]);
    for (let round = 0; round < 3; round += 1) {
      await service.rows.budgets.ageStarts('11 minutes');
      for (let times = 0; times < 3; times += 1) statuses.push(await askAndWithdraw());
    }
    expect(statuses.filter((status) => status === 303)).toHaveLength(10);
    expect(await phone.pending()).toEqual([]);
    expect((await service.start(person)).status).toBe(201);
  });

  it('does not let one agent ring everybody', async () => {
    const { subscriptionId: id } = await service.subscriber();
    await ask(id);
    await service.rows.budgets.exhaustForms();
    const other = await service.subscriber();
    const refused = await ask(other.subscriptionId);
    expect([refused.status, h1(refused)]).toEqual([429, '잠시 후 다시 시도해 주세요']);
    expect(await other.phone.pending()).toEqual([]);
  });

  it('cannot ask a phone that proves nothing: suspended, lost, with a locked PIN, or none', async () => {
    const lost = await service.subscriber();
    await service.operate(lost.subscriptionId, 'report-loss');
    const suspended = await service.subscriber();
    await service.sendEvent(suspended.person.lineId, 'suspended', undefined, (sequence += 1));
    const locked = await service.subscriber();
    await service.rows.devices.lockPinOf(locked.subscriptionId);
    const without = await service.subscribe(await service.addLine());
    for (const { subscriptionId } of [lost, suspended, locked, without]) {
      const refused = await ask(subscriptionId);
      expect([refused.status, h1(refused)]).toEqual([409, '푸시로 본인을 확인할 수 없습니다']);
    }
    expect(service.smsc.received.filter(({ text }) => text.includes('인증번호'))).toEqual([]);
  });

  it('is no relying party for which SMS could be permitted, and no client', async () => {
    const { phone } = await verified();
    expect((await phone.smsPermissions()).relyingParties).toEqual([]);
    const basic = Buffer.from('pushguard-call-centre:').toString('base64');
    const answer = await fetch(`${service.issuer}/oauth2/token`, {
      method: 'POST',
      headers: { Authorization: `Basic ${basic}` },
      body: new URLSearchParams({ grant_type: 'client_credentials' }),
    });
    expect(answer.status).toBe(401);
  });
});
