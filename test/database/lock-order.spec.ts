import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { TextBrowser } from '../../src/commands/journey/text-browser.ts';
import { BANK, smartOtp, startSigning } from '../support/authenticators.ts';
import { eventually } from '../support/eventually.ts';
import { TestService, type Subscriber } from '../support/service.ts';

let service: TestService;

beforeAll(async () => {
  service = await TestService.start();
});
afterAll(() => service.stop());

/** What a carrier says of a line whose subscription it ends. */
const CARRIER: readonly [string, (person: Subscriber['person']) => Promise<unknown>][] = [
  ['a carrier’s event', ({ lineId }) => service.sendEvent(lineId, 'ported-out', { newCarrier: 'KT' }, 1)],
  [
    'the facts of a line',
    async ({ lineId, phoneNumber, birthDate, genderDigit }) => {
      const owner = { birthDate, genderDigit };
      const handset = { os: 'android', osVersion: '14', formFactor: 'phone' };
      const facts = {
        lineId,
        phoneNumber,
        carrier: 'SKT',
        status: 'active',
        holder: 'self',
        owner,
        plan: 'prepaid',
        handset,
      };
      const { body } = await service.call('PUT', `/carrier/v1/lines/${lineId}`, facts, { scope: 'carrier' });
      return body['outcome'] === 'changed' ? 'applied' : body;
    },
  ],
];

it.each(CARRIER)(
  '%s that cancels a subscription holds no authentication while it waits for registrations, so an institution that ends one does not deadlock with it',
  async (_what, tell) => {
    const { person, phone } = await service.subscriber();
    await smartOtp(service, person);
    const { id } = (await startSigning(service, person)).body;
    const [registration] = (await service.call<{ id: string }[]>('GET', '/v1/registrations', undefined, BANK)).body;
    const sent = await service.rows.devices.whileLocked(phone.deviceId, async (untilWaitedFor) => {
      // Stops where the devices are revoked, before the registrations on them.
      const telling = tell(person);
      await untilWaitedFor();
      let hasEnded = false;
      const ending = service.call('DELETE', `/v1/registrations/${registration!.id}`, undefined, BANK).finally(() => {
        hasEnded = true;
      });
      await eventually('the end of the registration, or its wait', async () => {
        return hasEnded || (await service.rows.devices.waitingForLocks()) === 2;
      });
      return { telling, ending, hasEnded };
    });
    const { telling, ending, hasEnded } = sent;
    expect((await ending).status).toBe(204);
    expect(await telling).toBe('applied');
    // With the authentication in the carrier's hands it would have waited, and the carrier for the registration.
    expect(hasEnded).toBe(true);
    expect((await service.call('GET', `/v1/authentications/${id}`, undefined, BANK)).body['state']).toBe('cancelled');
  },
);

it('the worker that takes a request for a new phone further locks the subscription before the request, as the device test that serves it does', async () => {
  const { person, phone, pushToken, subscriptionId } = await service.subscriber();
  const { phoneNumber, birthDate, genderDigit } = person;
  const visitor = new TextBrowser(service.issuer);
  await visitor.open('/new-phone');
  await visitor.send('/new-phone', { phoneNumber, birthDate, genderDigit, way: 'sms' });
  await eventually('the request', () =>
    service.pushesTo(pushToken).some(({ data }) => data['kind'] === 'new_phone_asked'),
  );
  const { enrolmentCode } = (await service.operate(subscriptionId, 'enrolment-code')).body as { enrolmentCode: string };
  const next = await service.enrol(enrolmentCode);
  const { code } = await next.readTestEnvelope(await next.testEnvelope());
  const { testing, isFree } = await service.rows.devices.whileLocked(next.deviceId, async (untilWaitedFor) => {
    // Stops between the subscription, which it has locked, and the request.
    const confirming = next.confirmTest(code);
    await untilWaitedFor();
    await service.rows.customers.makeReportsDue();
    await eventually('the worker to wait for the subscription', async () => {
      return (await service.rows.devices.waitingForLocks()) === 2;
    });
    return { testing: confirming, isFree: await service.rows.customers.isNewestReportFree('new_phone') };
  });
  await testing;
  expect(await service.rows.customers.newestReport('new_phone')).toEqual({ outcome: 'no_change', person: null });
  // With the request in the worker's hands the test would have waited for it, and the worker for the subscription.
  expect(isFree).toBe(true);
  expect((await phone.alerts()).find(({ kind }) => kind === 'new_phone')).toMatchObject({ state: 'closed' });
});
