import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { codeAt, otpSubscriber, smartOtp } from '../support/authenticators.ts';
import { freePort } from '../support/free-port.ts';
import { Installation, keyPair } from '../support/installation.ts';
import { expectFaults, expectProblem } from '../support/problem.ts';
import { startProcess, TEST_PIN, TestService, type ServiceProcess, type Subscriber } from '../support/service.ts';

let service: TestService;

beforeAll(async () => {
  service = await TestService.start();
});
afterAll(async () => {
  await service.stop();
});
beforeEach(() => service.rows.budgets.clearStarts());

const pendingOf = async ({ person, phone }: Subscriber, id: string) => {
  const found = (await phone.pending()).find((one) => one.id === id);
  if (!found) throw new Error(`${person.phoneNumber} has no such request`);
  return found;
};
/** The y coordinate of the mirrored point on P-256, which has the same x. */
const mirrored = (y: string): string => {
  const prime = 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n;
  const other = prime - BigInt(`0x${Buffer.from(y, 'base64url').toString('hex')}`);
  return Buffer.from(other.toString(16).padStart(64, '0'), 'hex').toString('base64url');
};
const newCode = async (subscriptionId: string): Promise<string> => {
  const path = `/operator/v1/subscriptions/${subscriptionId}/enrolment-code`;
  return (await service.call('POST', path, { reason: '새 전화' }, { scope: 'operator' })).body[
    'enrolmentCode'
  ] as string;
};

describe('a row that was moved opens nothing', () => {
  it('a phone whose row was moved to another subscription is refused, and opens nothing there', async () => {
    const [thief, victim] = [await service.subscriber(), await service.subscriber()];
    const { id } = (await service.start(victim.person)).body;
    const request = await pendingOf(victim, id);
    await service.rows.devices.move(thief.phone.deviceId, victim.subscriptionId);
    // The process still knows the phone from before the move: the PIN must not open, whatever was remembered.
    await expect(thief.phone.open(request, TEST_PIN)).rejects.toMatchObject({ code: 'device_proof_invalid' });
    await expect(thief.phone.standing()).rejects.toMatchObject({ code: 'device_proof_invalid' });
    expect((await service.call('GET', `/v1/authentications/${id}`)).body['state']).toBe('pending');
  });

  it('a service that starts after a row was moved refuses every request of that phone', async () => {
    const own = await TestService.start({ PORT: String(await freePort()) });
    let successor: ServiceProcess | undefined;
    try {
      const [thief, victim] = [await own.subscriber(), await own.subscriber()];
      const { id } = (await own.start(victim.person)).body;
      await own.rows.devices.move(thief.phone.deviceId, victim.subscriptionId);
      await own.process.stop();
      successor = await startProcess(own.env);
      for (const asked of [() => thief.phone.pending(), () => thief.phone.decline(id, 'not_me')]) {
        await expect(asked()).rejects.toMatchObject({ code: 'device_proof_invalid' });
      }
    } finally {
      await successor?.stop();
      await own.stop();
    }
  });

  it.each(['signing_key', 'encryption_key'] as const)(
    'a phone whose %s was replaced in its row opens nothing',
    async (column) => {
      const victim = await service.subscriber();
      const { id } = (await service.start(victim.person)).body;
      const request = await pendingOf(victim, id);
      await service.rows.devices.replaceKey(victim.phone.deviceId, column, keyPair().publicJwk);
      await expect(victim.phone.open(request, TEST_PIN)).rejects.toMatchObject({ code: 'device_proof_invalid' });
      expect((await service.call('GET', `/v1/authentications/${id}`)).body['state']).toBe('pending');
    },
  );

  it('no push goes to a phone whose row was moved to another subscription', async () => {
    const [thief, victim] = [await service.subscriber(), await service.subscriber()];
    await service.rows.devices.move(thief.phone.deviceId, victim.subscriptionId);
    const { id } = (await service.start(victim.person)).body;
    await service.rows.deliveries.untilDone(id);
    expect(service.pushesTo(thief.pushToken).filter(({ data }) => data['id'] === id)).toEqual([]);
  });

  it('a Smart OTP that was made the own phone of its subscription opens nothing', async () => {
    const { person, subscriptionId, phone } = await service.subscriber();
    const institutions = await smartOtp(service, person);
    const { id } = (await service.start(person)).body;
    const request = (await phone.pending()).find((one) => one.id === id)!;
    await service.rows.devices.becomeOwnPhone(institutions.deviceId, subscriptionId);
    await expect(institutions.open(request, TEST_PIN)).rejects.toMatchObject({ code: 'device_proof_invalid' });
    expect((await service.call('GET', `/v1/authentications/${id}`)).body['state']).toBe('pending');
  });

  it('one-time passwords of a phone verify no other person to whose subscription their row was moved', async () => {
    const [thief, victim] = [await otpSubscriber(service), await otpSubscriber(service)];
    const code = await codeAt(service, thief.phone);
    await service.rows.authenticators.exchange(thief.phone.deviceId, victim.phone.deviceId);
    const { phoneNumber, birthDate, genderDigit } = victim.person;
    const body = { phoneNumber, birthDate, genderDigit, purpose: '조회', method: 'otp' };
    const { id } = (await service.call<{ id: string }>('POST', '/v1/authentications', body)).body;
    expectProblem(await service.verify(id, code), 422, 'code_mismatch', { attemptsLeft: 4 });
  });
});

describe('keys of a phone', () => {
  it('an encryption key that is the signing key is refused, and the enrolment code stays usable', async () => {
    const { enrolmentCode } = await service.subscribe(await service.addLine());
    const installation = Installation.fresh(service.issuer);
    const same = installation.enrolment(enrolmentCode, { encryptionKey: installation.signing.publicJwk });
    expectFaults(await installation.send('POST', '/app/v1/devices', same), '/encryptionKey');
    const { y } = installation.signing.publicJwk;
    const encryptionKey = { ...installation.signing.publicJwk, y: mirrored(y) };
    const other = installation.enrolment(enrolmentCode, { encryptionKey });
    expectFaults(await installation.send('POST', '/app/v1/devices', other), '/encryptionKey');
    expect((await installation.send('POST', '/app/v1/devices', installation.enrolment(enrolmentCode))).status).toBe(
      201,
    );
  });

  it.each<[string, (of: Installation) => Record<string, unknown>, string]>([
    ['the encryption key', ({ encryption }) => ({ encryptionKey: encryption.publicJwk }), '/encryptionKey'],
    ['the signing key as encryption key', ({ signing }) => ({ encryptionKey: signing.publicJwk }), '/encryptionKey'],
  ])('%s of another phone is refused, also after that phone was revoked', async (_, taken, pointer) => {
    const first = await service.subscribe(await service.addLine());
    const earlier = Installation.fresh(service.issuer);
    expect((await earlier.send('POST', '/app/v1/devices', earlier.enrolment(first.enrolmentCode))).status).toBe(201);
    for (const again of [false, true]) {
      if (again) await newCode(first.subscriptionId);
      const { enrolmentCode } = await service.subscribe(await service.addLine());
      const other = Installation.fresh(service.issuer);
      expectFaults(
        await other.send('POST', '/app/v1/devices', other.enrolment(enrolmentCode, taken(earlier))),
        pointer,
      );
    }
  });

  it('the signing key of an earlier phone is refused', async () => {
    const { subscriptionId, enrolmentCode } = await service.subscribe(await service.addLine());
    const phone = Installation.fresh(service.issuer);
    expect((await phone.send('POST', '/app/v1/devices', phone.enrolment(enrolmentCode))).status).toBe(201);
    const again = phone.enrolment(await newCode(subscriptionId), { encryptionKey: keyPair().publicJwk });
    expectFaults(await phone.send('POST', '/app/v1/devices', again), '/signingKey');
  });
});
