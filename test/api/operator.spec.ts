import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { LineFacts } from '../../src/domain/line.ts';
import { eventually } from '../support/eventually.ts';
import { Installation } from '../support/installation.ts';
import { expectFaults, expectProblem } from '../support/problem.ts';
import { TEST_PIN, TestService, type Answer, type Subscriber, type TestPerson } from '../support/service.ts';

const WRONG_PIN = '918273';
const MADE_BY_NOBODY = Buffer.alloc(32).toString('base64url');
const ID = expect.stringMatching(/^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/);
const TIME = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
const CODE = expect.stringMatching(/^(?:[0-9A-HJKMNP-TV-Z]{5}-){3}[0-9A-HJKMNP-TV-Z]{5}$/);
/** The sender's name in text messages and pushes. */
const SENDER = '휴대폰인증보호';

type Action = 'cancel' | 'report-loss' | 'resume' | 'unlock-pin' | 'enrolment-code';
const ACTIONS: Action[] = ['cancel', 'report-loss', 'resume', 'unlock-pin', 'enrolment-code'];

interface Found {
  subscriptionId: string;
  state: string;
  suspensions: string[];
  reason: string | null;
  since: string;
  device: { pinLocked: boolean } | null;
}
interface Audited {
  entries: { at: string; operator: string; action: string; reason: string; outcome: string }[];
  life: { at: string; state: string; change: string; reason: string | null; actor: string; actorId: string | null }[];
}

let service: TestService;

beforeAll(async () => {
  service = await TestService.start();
});
afterAll(async () => {
  await service.stop();
});

/** Encodes a header's text as UTF-8 bytes. */
const bytesOf = (text: string) => Buffer.from(text, 'utf8').toString('latin1');
const read = <Body = Record<string, unknown>>(path: string, reason = bytesOf('고객 문의')): Promise<Answer<Body>> =>
  service.call('GET', `/operator/v1/${path}`, undefined, { scope: 'operator', headers: { 'Audit-Reason': reason } });
const readWithoutReason = (path: string) =>
  service.call('GET', `/operator/v1/${path}`, undefined, { scope: 'operator' });
const write = (path: string, body: object, headers: Record<string, string> = {}): Promise<Answer> =>
  service.call('POST', `/operator/v1/${path}`, body, { scope: 'operator', headers });
/** Acts as one client; where it takes two, that client requests it and the other one does it. */
const act = async (subscriptionId: string, action: Action, reason: unknown = '고객 요청'): Promise<Answer> => {
  const path = `subscriptions/${subscriptionId}`;
  const alone = await write(`${path}/${action}`, { reason });
  if (alone.body['code'] !== 'insufficient_scope') return alone;
  await write(`${path}/requests`, { deed: action, reason });
  return service.call('POST', `/operator/v1/${path}/${action}`, { reason }, { scope: 'operator.decide' });
};
const eligibility = (phoneNumber: string) => read(`eligibility?phoneNumber=${encodeURIComponent(phoneNumber)}`);
const subscribe = (phoneNumber: string) => write('subscriptions', { phoneNumber, reason: '가입 신청' });
const findRaw = (phoneNumber: string) => read<Found[]>(`subscriptions?phoneNumber=${encodeURIComponent(phoneNumber)}`);
const find = async ({ phoneNumber }: TestPerson) => (await findRaw(phoneNumber)).body;
const auditOf = async (subscriptionId: string) => (await read<Audited>(`subscriptions/${subscriptionId}/audit`)).body;
const masked = ({ phoneNumber }: TestPerson) => `010-****-${phoneNumber.slice(-4)}`;
/** A number that belongs to no line: no fixture uses the prefix 019. */
const unknownNumber = () => `+8219${String(Math.floor(Math.random() * 1e8)).padStart(8, '0')}`;
const stateOf = async (id: string) => (await service.call('GET', `/v1/authentications/${id}`)).body['state'];

/** Creates a subscriber whose app is not enrolled yet. */
const awaiting = async () => {
  const person = await service.addLine();
  return { person, ...(await service.subscribe(person)) };
};
/** Completes the test of a phone, which makes it the active one. */
const confirm = async (phone: Subscriber['phone']) => {
  const { code } = await phone.readTestEnvelope(await phone.testEnvelope());
  await phone.confirmTest(code);
};
const standing = (subscriptionId: string, state: string, suspensions: string[], reason: string | null) => ({
  status: 200,
  body: { subscriptionId, state, suspensions, reason },
});
/** The parts of an answer that differ between answers. */
const brief = ({ status, body }: Answer) => ({ status, body });
/** The code in the text message of an authentication. Notices go to the same number. */
const textedCode = ({ phoneNumber }: TestPerson) =>
  eventually('a text message with a code', () => {
    const texts = service.smsc.received.filter(({ to }) => to === phoneNumber);
    return texts.map(({ text }) => /\[(\d{6})\]/.exec(text)?.[1]).findLast((code) => code !== undefined);
  });
const reasonsOf = (...codes: string[]) =>
  codes.map((code) => ({ code, message: expect.stringMatching(/[가-힣].*\. [A-Z][\w ()’,;]+.*\.$/) }));

describe('eligibility', () => {
  it('eligibility of a line that may subscribe shows the line with its number masked', async () => {
    const person = await service.addLine();
    expect(brief(await eligibility(person.phoneNumber))).toEqual({
      status: 200,
      body: {
        eligible: true,
        reasons: [],
        line: {
          phoneNumber: masked(person),
          carrier: 'SKT',
          status: 'active',
          holder: 'self',
          plan: 'postpaid',
          os: 'android',
          osVersion: '14',
        },
      },
    });
  });

  it('eligibility takes the number in every spelling', async () => {
    const { phoneNumber } = await service.addLine();
    const national = `0${phoneNumber.slice(3)}`;
    for (const typed of [phoneNumber, national, national.replace(/^(...)(....)/, '$1-$2-')]) {
      expect((await eligibility(typed)).body).toMatchObject({ eligible: true });
    }
  });

  const phone = { os: 'android', osVersion: '14', formFactor: 'phone' } as const;
  const child = `${String(new Date().getFullYear() - 10).slice(2)}0101`;
  const INELIGIBLE: [string, string, Partial<LineFacts>][] = [
    ['not_home_carrier', 'of another carrier', { carrier: 'KT' }],
    ['not_home_carrier', 'of an MVNO', { carrier: 'SKT_MVNO' }],
    ['line_not_active', 'that is suspended', { status: 'suspended' }],
    ['line_not_active', 'that is terminated', { status: 'terminated' }],
    ['minor', 'of a child', { owner: { birthDate: child, genderDigit: '3' } }],
    ['corporate_line', 'of a company', { holder: 'corporate' }],
    ['other_party_name', 'in another’s name', { holder: 'other_party' }],
    ['prepaid_plan', 'with a prepaid plan', { plan: 'prepaid' }],
    ['m2m_plan', 'of a machine', { plan: 'm2m' }],
    ['unsupported_os', 'with a Windows phone', { handset: { ...phone, os: 'windows', osVersion: '8.1' } }],
    ['os_version_too_old', 'with Android 2.2', { handset: { ...phone, osVersion: '2.2' } }],
    ['os_version_too_old', 'with iOS 5.1', { handset: { ...phone, os: 'ios', osVersion: '5.1' } }],
    ['tablet_not_supported', 'of an iPad', { handset: { os: 'ios', osVersion: '17', formFactor: 'tablet' } }],
  ];
  it.each(INELIGIBLE)(
    'eligibility answers %s, in Korean and English, for a line %s, which cannot subscribe',
    async (...one) => {
      const [code, , facts] = one;
      const { phoneNumber } = await service.addLine(facts);
      expect((await eligibility(phoneNumber)).body).toMatchObject({ eligible: false, reasons: reasonsOf(code) });
      expectProblem(await subscribe(phoneNumber), 422, 'not_eligible', { reasons: reasonsOf(code) });
      expect((await findRaw(phoneNumber)).body).toEqual([]);
    },
  );

  it('eligibility answers already_subscribed for a line with a subscription, and nothing once that is cancelled', async () => {
    const { person, subscriptionId } = await awaiting();
    const { body } = await eligibility(person.phoneNumber);
    expect(body).toMatchObject({ eligible: false, reasons: reasonsOf('already_subscribed') });
    await act(subscriptionId, 'cancel');
    expect((await eligibility(person.phoneNumber)).body).toMatchObject({ eligible: true, reasons: [] });
  });

  it('eligibility answers every rule that a line breaks, not the first', async () => {
    const { phoneNumber } = await service.addLine({
      carrier: 'LGU',
      status: 'suspended',
      holder: 'corporate',
      owner: { birthDate: child, genderDigit: '4' },
      plan: 'prepaid',
      handset: { os: 'ios', osVersion: '5.1', formFactor: 'tablet' },
    });
    const reasons = reasonsOf(
      'not_home_carrier',
      'line_not_active',
      'minor',
      'corporate_line',
      'prepaid_plan',
      'os_version_too_old',
      'tablet_not_supported',
    );
    expect((await eligibility(phoneNumber)).body).toMatchObject({ eligible: false, reasons });
    expectProblem(await subscribe(phoneNumber), 422, 'not_eligible', { reasons });
  });

  it('eligibility answers both rules for a line that was ported out, until the number is another line’s', async () => {
    const { lineId, phoneNumber } = await service.addLine();
    await service.sendEvent(lineId, 'ported-out', { newCarrier: 'KT' }, 1);
    const reasons = reasonsOf('not_home_carrier', 'line_not_active');
    expect((await eligibility(phoneNumber)).body).toMatchObject({ eligible: false, reasons });
    expectProblem(await subscribe(phoneNumber), 422, 'not_eligible', { reasons });
    await service.addLine({ phoneNumber });
    expect((await eligibility(phoneNumber)).body).toMatchObject({ eligible: true, reasons: [] });
  });

  it.each([
    ['none', undefined],
    ['a blank one', '  '],
    ['one that is too long', 'x'.repeat(201)],
  ])('a subscription with no reason in its body (%s) is refused, whatever the header says', async (_case, reason) => {
    const { phoneNumber } = await service.addLine();
    const body = { phoneNumber, ...(reason !== undefined && { reason }) };
    expectFaults(await write('subscriptions', body, { 'Audit-Reason': 'asked for' }), '/reason');
    expect((await findRaw(phoneNumber)).body).toEqual([]);
  });

  it('eligibility answers not_home_carrier for a number that the carrier does not know', async () => {
    const phoneNumber = unknownNumber();
    const reasons = reasonsOf('not_home_carrier');
    expect(brief(await eligibility(phoneNumber))).toEqual({
      status: 200,
      body: { eligible: false, reasons, line: null },
    });
    expectProblem(await subscribe(phoneNumber), 422, 'not_eligible', { reasons });
  });
});

describe('a number that cannot be read', () => {
  it.each(['02-123-4567', '010-1234-567', '010 1234 56789', 'abc', '', '1'.repeat(33)])(
    'a number that cannot be read is refused everywhere, with a pointer: %p',
    async (phoneNumber) => {
      expectFaults(await eligibility(phoneNumber), '/phoneNumber');
      expectFaults(await subscribe(phoneNumber), '/phoneNumber');
      expectFaults((await findRaw(phoneNumber)) as unknown as Answer, '/phoneNumber');
    },
  );

  it('a number that is missing is refused, and so is an unknown field', async () => {
    for (const path of ['eligibility', 'subscriptions']) {
      expectFaults(await read(path), '/phoneNumber');
      expectFaults(await read(`${path}?phoneNumber=01012345678&birthDate=900101`), '/birthDate');
    }
    const reason = '가입 신청';
    expectFaults(await write('subscriptions', { reason }), '/phoneNumber');
    expectFaults(await write('subscriptions', { phoneNumber: 1012345678, reason }), '/phoneNumber');
    expectFaults(await write('subscriptions', { phoneNumber: '01012345678', reason, force: true }), '/force');
  });
});

type Documented = Record<
  '/operator/v1/subscriptions',
  { post: { responses: { 201: { content: { 'application/json': { example: EnrolmentExample } } } } } }
>;
type EnrolmentExample = { enrolmentCode: string; enrolmentUri: string };

describe('subscribing', () => {
  it('subscribing answers the id, a code of 4×5 characters and the content of its QR code', async () => {
    const { phoneNumber } = await service.addLine();
    const answer = await subscribe(phoneNumber);
    expect(brief(answer)).toEqual({
      status: 201,
      body: { subscriptionId: ID, enrolmentCode: CODE, enrolmentUri: expect.stringMatching(/^pushguard:\/\/enrol\?/) },
    });
    const uri = new URL(answer.body['enrolmentUri'] as string);
    expect(Object.fromEntries(uri.searchParams)).toEqual({
      issuer: service.issuer,
      code: answer.body['enrolmentCode'],
    });
    // The example of the documents is a URI of the same form.
    const { paths } = (await (await fetch(`${service.issuer}/openapi.json`)).json()) as { paths: Documented };
    const { example } = paths['/operator/v1/subscriptions'].post.responses['201'].content['application/json'];
    expect(example.enrolmentUri.replace(example.enrolmentCode, String(answer.body['enrolmentCode']))).toBe(uri.href);
  });

  it('subscribing is refused with already_subscribed while a subscription stands', async () => {
    const { person } = await service.subscriber();
    expectProblem(await subscribe(person.phoneNumber), 422, 'not_eligible', {
      reasons: reasonsOf('already_subscribed'),
    });
    expect(await find(person)).toHaveLength(1);
  });

  it('subscribing many times at once makes one subscription', async () => {
    const person = await service.addLine();
    const answers = await Promise.all(Array.from({ length: 4 }, () => subscribe(person.phoneNumber)));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 422, 422, 422]);
    for (const refused of answers.filter(({ status }) => status === 422)) {
      expectProblem(refused, 422, 'not_eligible', { reasons: reasonsOf('already_subscribed') });
    }
    expect(await find(person)).toHaveLength(1);
  });

  it('subscribing leaves codes with SMS until the first device is active', async () => {
    const { person, enrolmentCode } = await awaiting();
    expect((await service.start(person)).body.channel).toBe('sms');
    await confirm(await service.enrol(enrolmentCode));
    expect((await service.start(person)).body.channel).toBe('push');
  });
});

describe('finding by number', () => {
  it('finding by number shows a subscription that waits for its app', async () => {
    const { person, subscriptionId } = await awaiting();
    expect(brief((await findRaw(person.phoneNumber)) as unknown as Answer)).toEqual({
      status: 200,
      body: [
        {
          subscriptionId,
          state: 'awaiting_device',
          suspensions: [],
          reason: null,
          since: TIME,
          subscribedAt: TIME,
          protectedSince: null,
          device: null,
        },
      ],
    });
  });

  it('finding by number shows the device in use with its name masked', async () => {
    const { person, phone, subscriptionId } = await service.subscriber();
    expect(await find(person)).toEqual([
      {
        subscriptionId,
        state: 'active',
        suspensions: [],
        reason: null,
        since: TIME,
        subscribedAt: TIME,
        protectedSince: TIME,
        device: {
          serialNumber: phone.serialNumber,
          name: '시****',
          platform: 'android',
          osVersion: '14',
          appVersion: '1.0.0',
          state: 'active',
          pinLocked: false,
          enrolledAt: TIME,
        },
      },
    ]);
  });

  it('finding by number shows the cancelled and the new subscription of a person, newest first', async () => {
    const { person, subscriptionId } = await service.subscriber();
    await act(subscriptionId, 'cancel');
    const again = await service.subscribe(person);
    expect(again.subscriptionId).not.toBe(subscriptionId);
    expect(await find(person)).toMatchObject([
      { subscriptionId: again.subscriptionId, state: 'awaiting_device', reason: null, device: null },
      { subscriptionId, state: 'cancelled', suspensions: [], reason: 'call_centre', device: null },
    ]);
  });

  it('finding by number answers an empty list for an unknown number, and for a line without subscription', async () => {
    const { phoneNumber } = await service.addLine();
    for (const number of [unknownNumber(), phoneNumber]) {
      expect(brief((await findRaw(number)) as unknown as Answer)).toEqual({ status: 200, body: [] });
    }
  });
});

describe('a reported loss', () => {
  it('a reported loss suspends at once, and resume makes it active again', async () => {
    const { person, subscriptionId: id } = await service.subscriber();
    expect(brief(await act(id, 'report-loss'))).toEqual(standing(id, 'suspended', ['loss_reported'], 'loss_reported'));
    const [lost] = await find(person);
    expect(lost).toMatchObject({ state: 'suspended', suspensions: ['loss_reported'], reason: 'loss_reported' });
    expect(brief(await act(id, 'resume'))).toEqual(standing(id, 'active', [], null));
    const [found] = await find(person);
    expect(found).toMatchObject({ state: 'active', suspensions: [], reason: null, device: { state: 'active' } });
    expect(Date.parse(found!.since)).toBeGreaterThanOrEqual(Date.parse(lost!.since));
  });

  it('a reported loss accumulates with a suspension by the carrier, and resume lifts only the loss', async () => {
    const { person, subscriptionId: id } = await service.subscriber();
    await service.sendEvent(person.lineId, 'suspended', undefined, 1);
    expect(brief(await act(id, 'report-loss'))).toEqual(
      standing(id, 'suspended', ['line_suspended', 'loss_reported'], 'line_suspended'),
    );
    expect(brief(await act(id, 'resume'))).toEqual(standing(id, 'suspended', ['line_suspended'], 'line_suspended'));
    expectProblem(await act(id, 'resume'), 409, 'nothing_to_change', { state: 'suspended' });
    await service.sendEvent(person.lineId, 'resumed', undefined, 2);
    expect((await find(person))[0]).toMatchObject({ state: 'active', suspensions: [], reason: null });
  });

  it('a reported loss still stands when the carrier has resumed the line', async () => {
    const { person, subscriptionId: id } = await service.subscriber();
    await act(id, 'report-loss');
    await service.sendEvent(person.lineId, 'suspended', undefined, 1);
    expect((await find(person))[0]).toMatchObject({ suspensions: ['loss_reported', 'line_suspended'] });
    await service.sendEvent(person.lineId, 'resumed', undefined, 2);
    expect((await find(person))[0]).toMatchObject({ state: 'suspended', suspensions: ['loss_reported'] });
    expect(brief(await act(id, 'resume'))).toEqual(standing(id, 'active', [], null));
  });

  it('a reported loss before the first device takes effect once that device is active', async () => {
    const { person, subscriptionId: id, enrolmentCode } = await awaiting();
    expect(brief(await act(id, 'report-loss'))).toEqual(standing(id, 'awaiting_device', ['loss_reported'], null));
    // A person who has the lost phone may also have the enrolment code.
    await expect(service.enrol(enrolmentCode)).rejects.toMatchObject({ code: 'enrolment_code_invalid' });
    const { body } = await service.operate(id, 'enrolment-code');
    await confirm(await service.enrol(String(body['enrolmentCode'])));
    expect((await find(person))[0]).toMatchObject({ state: 'suspended', reason: 'loss_reported' });
    expect(brief(await act(id, 'resume'))).toEqual(standing(id, 'active', [], null));
  });

  it('a reported loss leaves the window’s answer unchanged, and prevents every opening until it is lifted', async () => {
    const { person, subscriptionId, phone } = await service.subscriber();
    await act(subscriptionId, 'report-loss');
    const { status, body } = await service.start(person);
    expect({ status, channel: body.channel, state: body.state }).toEqual({
      status: 201,
      channel: 'push',
      state: 'pending',
    });
    expect(await phone.pending()).toEqual([]);
    const nonce = await service.rows.authentications.nonceOf(body.id);
    await expect(phone.open({ id: body.id, nonce }, TEST_PIN)).rejects.toMatchObject({
      status: 409,
      code: 'subscription_not_active',
    });
    expect(await stateOf(body.id)).toBe('pending');
    await act(subscriptionId, 'resume');
    const next = (await service.start(person)).body;
    expect((await phone.pending()).map(({ id }) => id)).toEqual([next.id]);
  });
});

describe('cancelling', () => {
  it('cancelling is final, and the person can subscribe again at once', async () => {
    const { person, subscriptionId: id } = await service.subscriber();
    expect(brief(await act(id, 'cancel'))).toEqual(standing(id, 'cancelled', [], 'call_centre'));
    for (const action of ACTIONS) {
      expectProblem(await act(id, action), 409, 'nothing_to_change', { state: 'cancelled' });
    }
    const again = await service.subscribe(person);
    await confirm(await service.enrol(again.enrolmentCode));
    expect((await find(person)).map(({ state }) => state)).toEqual(['active', 'cancelled']);
  });

  it('cancelling also ends a suspended subscription', async () => {
    const { person, subscriptionId: id } = await service.subscriber();
    await service.sendEvent(person.lineId, 'suspended', undefined, 1);
    await act(id, 'report-loss');
    expect(brief(await act(id, 'cancel'))).toEqual(standing(id, 'cancelled', [], 'call_centre'));
  });

  it('cancelling many times at once is done once', async () => {
    const { subscriptionId } = await service.subscriber();
    const answers = await Promise.all(Array.from({ length: 4 }, () => act(subscriptionId, 'cancel')));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409]);
    const { life } = await auditOf(subscriptionId);
    expect(life.filter(({ change }) => change === 'cancelled')).toHaveLength(1);
  });

  it('cancelling excludes the phone from the app API, and the next authentication goes by SMS', async () => {
    const { person, subscriptionId, phone } = await service.subscriber();
    const { id } = (await service.start(person)).body;
    await act(subscriptionId, 'cancel');
    const installation = await Installation.of(phone);
    for (const [method, path, body] of [
      ['GET', '/app/v1/authentications', undefined],
      ['POST', `/app/v1/authentications/${id}/open`, { pinProof: MADE_BY_NOBODY }],
      ['GET', `/app/v1/authentications/${id}/envelope`, undefined],
      ['POST', `/app/v1/authentications/${id}/decline`, { reason: 'not_me' }],
      ['GET', '/app/v1/history', undefined],
      ['PUT', '/app/v1/device/push-token', { pushToken: 'kept' }],
    ] as const) {
      expectProblem(await installation.send(method, path, body), 401, 'device_proof_invalid');
    }
    const next = (await service.start(person)).body;
    expect(next.channel).toBe('sms');
    expect((await service.verify(next.id, await textedCode(person))).status).toBe(200);
  });
});

it.each<[string, Action]>([
  ['active', 'resume'],
  ['suspended', 'report-loss'],
])('a subscription that is %s has nothing to %s', async (state, action) => {
  const { subscriptionId } = await service.subscriber();
  if (state === 'suspended') await act(subscriptionId, 'report-loss');
  expectProblem(await act(subscriptionId, action), 409, 'nothing_to_change', { state });
});

describe('a pending authentication', () => {
  it.each<Action>(['cancel', 'report-loss'])(
    'a pending authentication is cancelled with a %s, and its right code is refused afterwards',
    async (action) => {
      const subscriber = await service.subscriber();
      const opened = (await service.start(subscriber.person)).body;
      const code = await service.codeOf(subscriber, opened.id);
      const pending = (await service.start(subscriber.person, { clientId: 'demo-bank' })).body;
      const held = service.call('GET', `/v1/authentications/${opened.id}?wait=20`);
      expect((await act(subscriber.subscriptionId, action)).status).toBe(200);
      expect((await held).body).toMatchObject({ state: 'cancelled' });
      expectProblem(await service.verify(opened.id, code), 409, 'authentication_closed', { state: 'cancelled' });
      const { body } = await service.call('GET', `/v1/authentications/${pending.id}`, undefined, {
        clientId: 'demo-bank',
      });
      expect(body['state']).toBe('cancelled');
    },
  );

  it.each<Action>(['cancel', 'report-loss'])(
    'a pending authentication by SMS, before the first device, is cancelled with a %s too',
    async (action) => {
      const { person, subscriptionId } = await awaiting();
      const { id, channel } = (await service.start(person)).body;
      expect(channel).toBe('sms');
      const code = await textedCode(person);
      await act(subscriptionId, action);
      expectProblem(await service.verify(id, code), 409, 'authentication_closed', { state: 'cancelled' });
    },
  );

  it('a pending authentication of another person is not affected', async () => {
    const [subscriber, other] = [await service.subscriber(), await service.subscriber()];
    const { id } = (await service.start(other.person)).body;
    await act(subscriber.subscriptionId, 'cancel');
    expect((await service.verify(id, await service.codeOf(other, id))).status).toBe(200);
  });
});

describe('the PIN', () => {
  it('the PIN is locked after five wrong ones, and accepted again once an operator has unlocked it', async () => {
    const { person, subscriptionId, phone } = await service.subscriber();
    await service.start(person);
    const pending = (await phone.pending())[0]!;
    for (let tries = 1; tries <= 5; tries += 1) {
      await expect(phone.open(pending, WRONG_PIN)).rejects.toMatchObject({
        code: tries === 5 ? 'pin_locked' : 'pin_mismatch',
      });
    }
    await expect(phone.open(pending, TEST_PIN)).rejects.toMatchObject({ status: 423, code: 'pin_locked' });
    expect((await find(person))[0]?.device?.pinLocked).toBe(true);
    expect(brief(await act(subscriptionId, 'unlock-pin'))).toEqual({ status: 204, body: {} });
    expect((await find(person))[0]?.device?.pinLocked).toBe(false);
    await expect(phone.open(pending, WRONG_PIN)).rejects.toMatchObject({ code: 'pin_mismatch', attemptsLeft: 4 });
    await phone.open(pending, TEST_PIN);
    expect(await stateOf(pending.id)).toBe('opened');
  });

  it('the PIN of a subscription without an active device cannot be unlocked', async () => {
    const { subscriptionId, enrolmentCode } = await awaiting();
    expectProblem(await act(subscriptionId, 'unlock-pin'), 409, 'nothing_to_change', { state: 'awaiting_device' });
    await service.enrol(enrolmentCode);
    expectProblem(await act(subscriptionId, 'unlock-pin'), 409, 'nothing_to_change', { state: 'awaiting_device' });
  });

  it('an unlock gives five attempts back whether or not the PIN was locked, and the person is told', async () => {
    const { subscriptionId, phone } = await service.subscriber();
    expect((await act(subscriptionId, 'unlock-pin')).status).toBe(204);
    expect((await phone.alerts()).filter(({ kind }) => kind === 'pin_unlocked')).toMatchObject([{ state: 'open' }]);
  });

  it('an unknown subscription alone is not found', async () => {
    for (const action of ACTIONS) expectProblem(await act(randomUUID(), action), 404, 'subscription_not_found');
  });
});

describe('an enrolment code', () => {
  const enrolment = async (code: string) => {
    const installation = Installation.fresh(service.issuer);
    return installation.send('POST', '/app/v1/devices', installation.enrolment(code));
  };

  it('an enrolment code replaces the one before', async () => {
    const { subscriptionId, enrolmentCode: first } = await awaiting();
    const answer = await act(subscriptionId, 'enrolment-code');
    expect(brief(answer)).toEqual({
      status: 201,
      body: { subscriptionId, enrolmentCode: CODE, enrolmentUri: expect.stringMatching(/^pushguard:\/\/enrol\?/) },
    });
    const second = answer.body['enrolmentCode'] as string;
    expect(second).not.toBe(first);
    expect(new URL(answer.body['enrolmentUri'] as string).searchParams.get('code')).toBe(second);
    expectProblem(await enrolment(first), 422, 'enrolment_code_invalid');
    expect((await enrolment(second)).status).toBe(201);
    expectProblem(await enrolment(second), 422, 'enrolment_code_invalid');
  });

  it('an enrolment code for an active subscription leaves the phone in use until the new one is tested', async () => {
    const { person, subscriptionId, phone } = await service.subscriber();
    const { body } = await act(subscriptionId, 'enrolment-code');
    expect((await find(person))[0]).toMatchObject({ state: 'active', device: { serialNumber: phone.serialNumber } });
    const newer = await service.enrol(body['enrolmentCode'] as string);
    expect(await phone.pending()).toEqual([]);
    await confirm(newer);
    await expect(phone.pending()).rejects.toMatchObject({ status: 401 });
    expect((await find(person))[0]).toMatchObject({ state: 'active', device: { serialNumber: newer.serialNumber } });
  });

  it('an enrolment code that is requested many times at once is one valid code', async () => {
    // The first round warms up the service: calls that wait for a new connection do not run concurrently.
    for (let round = 1; round <= 3; round += 1) {
      const { subscriptionId } = await awaiting();
      const answers = await Promise.all(Array.from({ length: 12 }, () => act(subscriptionId, 'enrolment-code')));
      const good: string[] = [];
      for (const { status, body } of answers) {
        expect(status).toBe(201);
        const code = body['enrolmentCode'] as string;
        if ((await enrolment(code)).status === 201) good.push(code);
      }
      expect(good).toHaveLength(1);
    }
  });
});

describe('the history', () => {
  it('the history is the one of the app, with the name of the device masked', async () => {
    const subscriber = await service.subscriber();
    const { person, phone, subscriptionId } = subscriber;
    const verified = (await service.start(person)).body;
    await service.verify(verified.id, await service.codeOf(subscriber, verified.id));
    const declined = (await service.start(person)).body;
    await phone.decline(declined.id, 'not_me');
    await service.start(person, { clientId: 'demo-bank' });
    const shown = await phone.history();
    expect(shown.map(({ state, device }) => [state, device])).toEqual([
      ['pending', null],
      ['declined', '시험 전화기'],
      ['verified', '시험 전화기'],
    ]);
    expect(brief(await read(`subscriptions/${subscriptionId}/history`))).toEqual({
      status: 200,
      body: shown.map((entry) => ({ ...entry, device: entry.device === null ? null : '시****' })),
    });
  });

  it('the history belongs to its subscription: a newer one of the same person begins empty', async () => {
    const { person, subscriptionId } = await service.subscriber();
    await service.start(person);
    await act(subscriptionId, 'cancel');
    const again = await service.subscribe(person);
    expect((await read(`subscriptions/${subscriptionId}/history`)).body).toMatchObject([{ state: 'cancelled' }]);
    expect((await read(`subscriptions/${again.subscriptionId}/history`)).body).toEqual([]);
  });
});

describe('the audit', () => {
  it('the audit lists every call with operator, reason and outcome, refused ones too', async () => {
    const person = await service.addLine();
    const number = encodeURIComponent(person.phoneNumber);
    const reasons = Array.from({ length: 12 }, (_, at) => `상담 ${at + 1}번`);
    const why = [...reasons];
    const next = () => why.shift()!;
    const { body } = await write('subscriptions', { phoneNumber: person.phoneNumber, reason: next() });
    const id = body['subscriptionId'] as string;
    await read(`subscriptions?phoneNumber=${number}`, bytesOf(next()));
    await act(id, 'report-loss', next());
    await act(id, 'report-loss', next());
    await act(id, 'resume', next());
    await act(id, 'unlock-pin', next());
    await act(id, 'enrolment-code', next());
    await read(`subscriptions/${id}/history`, bytesOf(next()));
    await act(id, 'cancel', next());
    await act(id, 'cancel', next());
    await act(id, 'enrolment-code', next());
    const { entries } = (await read<Audited>(`subscriptions/${id}/audit`, bytesOf(next()))).body;
    const calls = [
      [1, 'subscribe', 'done'],
      [2, 'find', 'done'],
      [3, 'report-loss', 'done'],
      [4, 'report-loss', 'nothing_to_change'],
      [5, 'resume', 'insufficient_scope'],
      [5, 'ask-resume', 'done'],
      [5, 'resume', 'done', 'demo-supervisor'],
      [6, 'unlock-pin', 'nothing_to_change'],
      [7, 'enrolment-code', 'done'],
      [8, 'history', 'done'],
      [9, 'cancel', 'done'],
      [10, 'cancel', 'nothing_to_change'],
      [11, 'enrolment-code', 'nothing_to_change'],
      [12, 'audit', 'done'],
    ] as const;
    expect(entries).toEqual(
      calls.map(([at, action, outcome, operator = 'demo-operator']) => ({
        at: TIME,
        operator,
        action,
        reason: reasons[at - 1],
        outcome,
      })),
    );
    const times = entries.map(({ at }) => at);
    expect(times).toEqual([...times].sort());
  });

  it.each<[string, string, string, (reason: string) => Promise<unknown>]>([
    [
      'a look at a line',
      'eligibility',
      'done',
      async (reason) =>
        read(`eligibility?phoneNumber=${encodeURIComponent((await service.addLine()).phoneNumber)}`, bytesOf(reason)),
    ],
    [
      'a number that cannot be read',
      'eligibility',
      'invalid_request',
      (reason) => read('eligibility?phoneNumber=0212345', bytesOf(reason)),
    ],
    [
      'a search for a number that cannot be read',
      'find',
      'invalid_request',
      (reason) => read('subscriptions?phoneNumber=0212345', bytesOf(reason)),
    ],
    [
      'a line that may not subscribe',
      'subscribe',
      'not_eligible',
      async (reason) =>
        write('subscriptions', { phoneNumber: (await service.addLine({ plan: 'm2m' })).phoneNumber, reason }),
    ],
    [
      'an unknown subscription',
      'history',
      'subscription_not_found',
      (reason) => read(`subscriptions/${randomUUID()}/history`, bytesOf(reason)),
    ],
    [
      'an unknown subscription that is to be cancelled',
      'cancel',
      'subscription_not_found',
      (reason) => act(randomUUID(), 'cancel', reason),
    ],
  ])('the audit also records calls that concern no subscription: %s', async (_case, action, outcome, ask) => {
    const reason = `점검 ${randomUUID()}`;
    await ask(reason);
    expect(await service.rows.operators.auditOfReason(reason)).toEqual([
      { operator: 'demo-operator', action, outcome, address: expect.stringMatching(/127\.0\.0\.1|::1/) },
    ]);
  });

  it('the audit shows the transitions of a subscription, with actor and reason', async () => {
    const { person, subscriptionId } = await service.subscriber();
    await service.sendEvent(person.lineId, 'suspended', undefined, 1);
    await act(subscriptionId, 'report-loss');
    await act(subscriptionId, 'resume');
    await service.sendEvent(person.lineId, 'resumed', undefined, 2);
    await act(subscriptionId, 'cancel');
    const { life } = await auditOf(subscriptionId);
    const operator = { actor: 'operator', actorId: 'demo-operator', event: null };
    const both = { ...operator, actorId: 'demo-operator + demo-supervisor' };
    const carrier = { actor: 'carrier', actorId: null, event: expect.stringMatching(/^urn:test:carrier [\w-]{36}$/) };
    const customer = { actor: 'customer', actorId: null, event: null };
    const times = { at: TIME, recordedAt: TIME };
    expect(life).toEqual([
      { ...times, state: 'awaiting_device', change: 'subscribed', reason: null, ...operator },
      { ...times, state: 'active', change: 'device_activated', reason: null, ...customer },
      { ...times, state: 'suspended', change: 'suspended', reason: 'line_suspended', ...carrier },
      { ...times, state: 'suspended', change: 'suspended', reason: 'loss_reported', ...operator },
      { ...times, state: 'suspended', change: 'resumed', reason: 'loss_reported', ...both },
      { ...times, state: 'active', change: 'resumed', reason: 'line_suspended', ...carrier },
      { ...times, state: 'cancelled', change: 'cancelled', reason: 'call_centre', ...both },
    ]);
  });
});

describe('the reason', () => {
  const PATHS = [
    'eligibility?phoneNumber=01012345678',
    'subscriptions?phoneNumber=01012345678',
    `subscriptions/${randomUUID()}/history`,
    `subscriptions/${randomUUID()}/audit`,
  ];
  it.each(PATHS)('the reason is required with every read, in the header Audit-Reason: %s', async (path) => {
    expectFaults(await readWithoutReason(path), '/Audit-Reason');
  });

  it.each<[string, string]>([
    ['empty', ''],
    ['blank', '%20'],
    ['with a tab', 'a\tb'],
    ['with a line break', 'a%0Ab'],
    ['with a NUL', 'a%00b'],
    ['with an escape sequence', '%1B[2J'],
    ['that turns the direction of writing', bytesOf('a\u202eb')],
    ['with a line separator', 'a%E2%80%A8b'],
    ['of 201 characters', 'a'.repeat(201)],
    ['of 201 Korean characters', bytesOf('가'.repeat(201))],
    ['of 201 characters, percent-encoded', encodeURIComponent('가'.repeat(201))],
  ])('the reason of a read is refused when it is one %s', async (_case, reason) => {
    const { subscriptionId } = await awaiting();
    for (const path of [...PATHS, `subscriptions/${subscriptionId}/history`]) {
      expectFaults(await read(path, reason), '/Audit-Reason');
    }
  });

  it.each<[string, string, string]>([
    ['in UTF-8', bytesOf('고객 요청: 분실 확인'), '고객 요청: 분실 확인'],
    ['percent-encoded', encodeURIComponent('고객 요청: 분실 확인'), '고객 요청: 분실 확인'],
    ['in ASCII', 'ticket 4711, 100% sure', 'ticket 4711, 100% sure'],
    ['with a percent sign that encodes nothing', bytesOf('요금 50%ff 할인'), '요금 50%ff 할인'],
    ['in decomposed letters', bytesOf('고객 요청'.normalize('NFD')), '고객 요청'],
    ['of 200 Korean characters', bytesOf('가'.repeat(200)), '가'.repeat(200)],
    ['of 200 Korean characters, percent-encoded', encodeURIComponent('가'.repeat(200)), '가'.repeat(200)],
  ])('the reason of a read is stored readable: %s', async (_case, header, kept) => {
    const { subscriptionId } = await awaiting();
    expect((await read(`subscriptions/${subscriptionId}/history`, header)).status).toBe(200);
    const { entries } = await auditOf(subscriptionId);
    expect(entries.find(({ action }) => action === 'history')).toMatchObject({ reason: kept, outcome: 'done' });
  });

  it.each<[string, unknown]>([
    ['missing', undefined],
    ['null', null],
    ['a number', 1],
    ['a list', ['고객 요청']],
    ['empty', ''],
    ['blank', '  '],
    ['with a line break', '고객\n요청'],
    ['with a NUL', '고객\u0000요청'],
    ['with an escape sequence', '\u001b[2J'],
    ['turning the direction of writing', '고객\u202e요청'],
    ['with an invisible character', '고객\u200b요청'],
    ['of 201 characters', '가'.repeat(201)],
  ])('the reason of a write is refused with a pointer when it is %s, and nothing is done', async (_case, reason) => {
    const { person, subscriptionId, enrolmentCode } = await awaiting();
    for (const action of ACTIONS) {
      const body = reason === undefined ? {} : { reason };
      expectFaults(await write(`subscriptions/${subscriptionId}/${action}`, body), '/reason');
    }
    expect(await find(person)).toMatchObject([{ state: 'awaiting_device', suspensions: [] }]);
    await service.enrol(enrolmentCode);
  });

  it('the reason of a write is stored up to 200 characters, in the body alone', async () => {
    const { subscriptionId } = await awaiting();
    const path = `subscriptions/${subscriptionId}/report-loss`;
    expectFaults(await write(path, {}, { 'Audit-Reason': 'lost' }), '/reason');
    expectFaults(await write(path, { reason: '분실', force: true }), '/force');
    const reason = '가'.repeat(200);
    expect((await write(path, { reason })).status).toBe(200);
    const { entries } = await auditOf(subscriptionId);
    expect(entries.find(({ action }) => action === 'report-loss')).toMatchObject({ reason });
  });

  it('the reason of a subscription is taken from the body, and one that cannot be stored is refused', async () => {
    const reasonKept = async ({ body }: Answer) =>
      (await auditOf(body['subscriptionId'] as string)).entries.find(({ action }) => action === 'subscribe')?.reason;
    const { phoneNumber } = await service.addLine();
    expectFaults(await write('subscriptions', { phoneNumber, reason: '매장\n방문' }), '/reason');
    expectFaults(await write('subscriptions', { phoneNumber, reason: '가'.repeat(201) }), '/reason');
    expect(await reasonKept(await write('subscriptions', { phoneNumber, reason: '매장 방문' }))).toBe('매장 방문');
  });
});

describe('an id that names no subscription', () => {
  it.each([
    ['unknown', randomUUID()],
    ['a number', '1'],
    ['a text', 'not-a-uuid'],
    ['in capitals', randomUUID().toUpperCase()],
    ['an attempt at SQL', encodeURIComponent("' OR 1=1 --")],
  ])('an id that names no subscription is 404 for every call: %s', async (_case, id) => {
    const answers = [
      ...(await Promise.all(ACTIONS.map((action) => act(id, action)))),
      await read(`subscriptions/${id}/history`),
      await read(`subscriptions/${id}/audit`),
    ];
    for (const answer of answers) expectProblem(answer, 404, 'subscription_not_found');
  });
});

describe('a client of another scope', () => {
  it.each(['authentications', 'carrier'] as const)(
    'a client of another scope is refused every call: %s',
    async (scope) => {
      const { person, subscriptionId } = await awaiting();
      const number = encodeURIComponent(person.phoneNumber);
      const headers = { 'Audit-Reason': 'curious' };
      const ask = (method: string, path: string, body?: object) =>
        service.call(method, `/operator/v1/${path}`, body, { scope, headers });
      const answers = [
        await ask('GET', `eligibility?phoneNumber=${number}`),
        await ask('POST', 'subscriptions', { phoneNumber: person.phoneNumber }),
        await ask('GET', `subscriptions?phoneNumber=${number}`),
        await ask('GET', `subscriptions/${subscriptionId}/history`),
        await ask('GET', `subscriptions/${subscriptionId}/audit`),
      ];
      for (const action of ACTIONS) {
        answers.push(await ask('POST', `subscriptions/${subscriptionId}/${action}`, { reason: '고객 요청' }));
      }
      for (const answer of answers) expectProblem(answer, 403, 'insufficient_scope');
      expect(await find(person)).toMatchObject([{ state: 'awaiting_device', suspensions: [] }]);
    },
  );
});

it('no answer to operators contains the number or the birth date of the person', async () => {
  const person = await service.addLine({ owner: { birthDate: '850715', genderDigit: '2' } });
  const { phoneNumber } = person;
  const number = encodeURIComponent(phoneNumber);
  const answers: Answer[] = [];
  const note = async (answering: Promise<Answer>) => {
    const answer = await answering;
    answers.push(answer);
    return answer;
  };
  await note(eligibility(phoneNumber));
  const { body } = await note(subscribe(phoneNumber));
  const subscriptionId = body['subscriptionId'] as string;
  const phone = await service.enrol(body['enrolmentCode'] as string);
  await confirm(phone);
  const subscriber: Subscriber = { person, subscriptionId, phone, pushToken: '' };
  const { id } = (await service.start(person)).body;
  expect((await service.verify(id, await service.codeOf(subscriber, id))).status).toBe(200);
  await note(subscribe(phoneNumber));
  await service.rows.devices.lockPin(phone.deviceId);
  await note(eligibility(phoneNumber));
  for (const action of [
    'unlock-pin',
    'enrolment-code',
    'resume',
    'report-loss',
    'resume',
    'cancel',
    'cancel',
  ] as const) {
    await note(act(subscriptionId, action));
    await note(read(`subscriptions?phoneNumber=${number}`));
  }
  for (const kind of ['history', 'audit']) await note(read(`subscriptions/${subscriptionId}/${kind}`));
  await note(readWithoutReason(`eligibility?phoneNumber=${number}`));
  await note(readWithoutReason(`subscriptions?phoneNumber=${number}`));
  await note(read(`subscriptions?phoneNumber=${number}&birthDate=${person.birthDate}`));
  await note(write('subscriptions', { phoneNumber, birthDate: person.birthDate }));
  await note(eligibility(`${phoneNumber}0`));
  const statuses = new Set(answers.map(({ status }) => status));
  expect([...statuses].sort()).toEqual([200, 201, 204, 400, 409, 422]);

  const digits = phoneNumber.slice(3);
  const [middle, end] = [digits.slice(2, 6), digits.slice(6)];
  for (const answer of answers) {
    const text = JSON.stringify([answer.body, [...answer.headers]]);
    expect(text).not.toMatch(new RegExp(`${middle}[- .]?${end}`));
    expect(text).not.toMatch(/850715|1985-?07-?15/);
  }
  expect(JSON.stringify(answers.map(({ body: shown }) => shown))).toContain(masked(person));
});

describe('a notice', () => {
  const textsTo = ({ phoneNumber }: TestPerson) =>
    service.smsc.received.filter(({ to, text }) => to === phoneNumber && text.startsWith(`[${SENDER}]`));
  const noticesTo = (token: string) => service.pushesTo(token).filter(({ data }) => data['t'] === 'notice');
  const texted = (person: TestPerson, about: RegExp) =>
    eventually(`a text message about ${about.source}`, () => textsTo(person).find(({ text }) => about.test(text)));
  const pushed = (token: string, about: RegExp) =>
    eventually(`a push about ${about.source}`, () =>
      noticesTo(token).find(({ alert }) => about.test(alert?.body ?? '')),
    );
  /** Resolves once every notice of a subscription was delivered or abandoned. */
  const delivered = (subscriptionId: string) => service.rows.deliveries.untilNoticesDone(subscriptionId);

  it('a notice of joining, and of the first device, goes to the number by SMS', async () => {
    const { person, enrolmentCode, subscriptionId } = await awaiting();
    await texted(person, /가입되었습니다/);
    const pushToken = `token-${randomUUID()}`;
    await confirm(await service.enrol(enrolmentCode, { pushToken }));
    await texted(person, /앱이 등록되었습니다/);
    await delivered(subscriptionId);
    expect(textsTo(person)).toHaveLength(2);
    expect(noticesTo(pushToken)).toEqual([]);
  });

  it('a notice of another device goes to the one that was in use', async () => {
    const { person, subscriptionId, pushToken } = await service.subscriber();
    const { body } = await act(subscriptionId, 'enrolment-code');
    const newer = `token-${randomUUID()}`;
    await confirm(await service.enrol(body['enrolmentCode'] as string, { pushToken: newer }));
    await pushed(pushToken, /다른 휴대폰/);
    await delivered(subscriptionId);
    expect(noticesTo(newer)).toEqual([]);
    expect(textsTo(person)).toHaveLength(2);
  });

  it('a notice of the same phone enrolled again does not mention another phone', async () => {
    const { subscriptionId, pushToken } = await service.subscriber();
    const { body } = await act(subscriptionId, 'enrolment-code');
    await confirm(await service.enrol(body['enrolmentCode'] as string, { pushToken }));
    await pushed(pushToken, /앱이 등록되었습니다/);
    await delivered(subscriptionId);
    expect(noticesTo(pushToken)).toHaveLength(1);
  });

  it.each(['android', 'ios'] as const)(
    'a notice of a loss, of its end and of the cancellation goes to the device in use, on %s',
    async (platform) => {
      const { person, subscriptionId, pushToken } = await service.subscriber({ platform });
      await act(subscriptionId, 'report-loss');
      await pushed(pushToken, /분실 신고로 .*일시 정지되었습니다/);
      await act(subscriptionId, 'resume');
      await pushed(pushToken, /일시 정지가 해제되어/);
      await act(subscriptionId, 'cancel');
      await pushed(pushToken, /고객센터에서 .*해지했습니다/);
      await delivered(subscriptionId);
      const pushes = noticesTo(pushToken);
      expect(pushes).toHaveLength(4);
      for (const push of pushes) {
        expect(push).toMatchObject({ alert: { title: SENDER } });
      }
      // The push carries what the app needs to phrase the notice in its own language, and nothing else.
      expect(pushes.map(({ data }) => data)).toEqual(
        expect.arrayContaining([
          { t: 'notice', kind: 'suspended', detail: 'loss_reported' },
          { t: 'notice', kind: 'resumed' },
          { t: 'notice', kind: 'cancellation_asked' },
          { t: 'notice', kind: 'cancelled', detail: 'call_centre' },
        ]),
      );
      // Two about joining and the first device, when there was none for a push; the request to cancel goes to both.
      expect(textsTo(person)).toHaveLength(3);
    },
  );

  it.each<[string, () => Promise<{ person: TestPerson; subscriptionId: string }>]>([
    ['there is no device', awaiting],
    ['its platform does not know it', () => service.subscriber({ pushToken: `unregistered-${randomUUID()}` })],
  ])('a notice of a loss and of the cancellation goes to the number by SMS when %s', async (_case, subscriber) => {
    const { person, subscriptionId } = await subscriber();
    await act(subscriptionId, 'report-loss');
    await texted(person, /분실 신고로 .*일시 정지되었습니다/);
    await act(subscriptionId, 'cancel');
    await texted(person, /고객센터에서 .*해지했습니다/);
  });

  describe('the owner of the line has changed', () => {
    const owner = { birthDate: '880229', genderDigit: '2' };
    type Former = { person: Subscriber['person']; subscriptionId: string };
    /** Changes the line's owner; returns the text messages that were sent to the number before. */
    const changeOwner = async ({ person, subscriptionId }: Former) => {
      await delivered(subscriptionId);
      const before = textsTo(person);
      expect(await service.sendEvent(person.lineId, 'owner-changed', { owner }, 1)).toBe('applied');
      expect((await find(person))[0]).toMatchObject({ state: 'cancelled', reason: 'owner_changed' });
      return before;
    };

    it('a notice goes to the phone of the former owner, and not to the number', async () => {
      const former = await service.subscriber();
      const before = await changeOwner(former);
      await pushed(former.pushToken, /명의변경으로 .*해지되었습니다/);
      await delivered(former.subscriptionId);
      expect(textsTo(former.person)).toEqual(before);
    });

    it.each<[string, () => Promise<Former>]>([
      ['there was no device', awaiting],
      ['its platform does not know it', () => service.subscriber({ pushToken: `unregistered-${randomUUID()}` })],
    ])('a notice goes to no one when %s', async (_case, make) => {
      const former = await make();
      const before = await changeOwner(former);
      await delivered(former.subscriptionId);
      expect(before.length).toBeGreaterThan(0);
      expect(textsTo(former.person)).toEqual(before);
    });
  });

  it('a notice is not sent for a refused call', async () => {
    const { subscriptionId, pushToken } = await service.subscriber();
    for (const action of ['resume', 'report-loss', 'report-loss', 'report-loss'] as const) {
      await act(subscriptionId, action);
    }
    await pushed(pushToken, /분실 신고로/);
    await delivered(subscriptionId);
    expect(noticesTo(pushToken)).toHaveLength(1);
  });

  it('a notice contains no digit, so neither a code nor a part of the number', async () => {
    const { person, subscriptionId, pushToken, phone } = await service.subscriber();
    await act(subscriptionId, 'report-loss');
    await act(subscriptionId, 'resume');
    await phone.replacePushToken(`unregistered-${randomUUID()}`);
    await act(subscriptionId, 'report-loss');
    await act(subscriptionId, 'cancel');
    await texted(person, /해지했습니다/);
    await delivered(subscriptionId);
    const texts = textsTo(person).map(({ text }) => text);
    const alerts = noticesTo(pushToken).map(({ data, alert }) => JSON.stringify({ data, alert }));
    expect([texts.length, alerts.length]).toEqual([5, 2]);
    for (const text of [...texts, ...alerts]) expect(text).not.toMatch(/\d/);
    for (const text of texts) expect(text.length).toBeLessThanOrEqual(70);
  });
});
