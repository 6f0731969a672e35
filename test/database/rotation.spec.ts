import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { generateKeyring } from '../../src/crypto/keyring.ts';
import { freePort } from '../support/free-port.ts';
import { startProcess, TEST_PIN, TestService, type ServiceProcess, type Subscriber } from '../support/service.ts';

interface KeyringText {
  field: object[];
  index: object[];
  code: object[];
  subject: string;
  signing: object[];
}

/** Puts a new key in front of each list, as the guide "Operation" describes the rotation. */
function withNewKeysInFront(keyring: string): string {
  const [older, newer] = [JSON.parse(keyring), JSON.parse(generateKeyring())] as [KeyringText, KeyringText];
  return JSON.stringify({
    field: [...newer.field, ...older.field],
    index: [...newer.index, ...older.index],
    code: [...newer.code, ...older.code],
    subject: older.subject,
    signing: [...newer.signing, ...older.signing],
  });
}

describe('new keys in front of the old ones', () => {
  let service: TestService;
  let successor: ServiceProcess | undefined;
  let subscriber: Subscriber;
  let before: { id: string; code: string; subject: unknown };
  let smsId: string;
  let sms: Subscriber['person'];

  beforeAll(async () => {
    service = await TestService.start({ PORT: String(await freePort()) });
    subscriber = await service.subscriber();
    const first = (await service.start(subscriber.person)).body.id;
    const verified = await service.verify(first, await service.codeOf(subscriber, first));
    const { subject } = verified.body['result'] as { subject: string };
    const { id } = (await service.start(subscriber.person)).body;
    before = { id, code: await service.codeOf(subscriber, id), subject };
    sms = await service.addLine();
    smsId = (await service.start(sms)).body.id;
    await service.textedCode(sms.phoneNumber);
    await service.process.stop();
    successor = await startProcess({ ...service.env, KEYRING: withNewKeysInFront(service.keyring) });
  });
  afterAll(async () => {
    await successor?.stop();
    await service.stop();
  });

  it('codes that were made before a change of keys still verify, and the person’s id stays the same', async () => {
    const { status, body } = await service.verify(before.id, before.code);
    expect(status).toBe(200);
    expect(body['result']).toMatchObject({ subject: before.subject, birthDate: '1990-01-01' });
    expect((await service.verify(smsId, await service.textedCode(sms.phoneNumber))).status).toBe(200);
  });

  it('lines and phones from before a change of keys are found, woken and served', async () => {
    const { phone, person, pushToken } = subscriber;
    const started = await service.start(person);
    expect(started.body).toMatchObject({ channel: 'push' });
    const { id } = started.body;
    const woken = await service.pushed(pushToken, 'wake');
    expect(woken.platform).toBe('android');
    const pending = (await phone.pending()).find((one) => one.id === id)!;
    await phone.open(pending, TEST_PIN);
    const { code } = await phone.readCode(await phone.envelope(id), id);
    const { status, body } = await service.verify(id, code);
    expect(status).toBe(200);
    expect(body['result']).toMatchObject({ subject: before.subject, phoneNumber: person.phoneNumber });
  });

  it('after a change of the index key, a start still replaces the older one, and an Idempotency-Key keeps its answer', async () => {
    const person = await service.addLine();
    const headers = { 'Idempotency-Key': 'across-the-change' };
    await successor?.stop();
    successor = await startProcess(service.env);
    const older = await service.start(person, { headers });
    expect(older.status).toBe(201);
    await successor.stop();
    successor = await startProcess({ ...service.env, KEYRING: withNewKeysInFront(service.keyring) });

    const again = await service.start(person, { headers });
    expect({ status: again.status, body: again.body }).toEqual({ status: 201, body: older.body });
    const newer = await service.start(person);
    expect(newer.status).toBe(201);
    const states = await Promise.all(
      [older, newer].map(({ body }) => service.call('GET', `/v1/authentications/${body.id}`)),
    );
    expect(states.map(({ body }) => body['state'])).toEqual(['cancelled', 'pending']);
  });
});
