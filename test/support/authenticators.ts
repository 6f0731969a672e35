import { AUTHENTICATOR_TERMS } from '../../src/domain/authenticator.ts';
import { OTP_PARAMETERS } from '../../src/crypto/otp-window.ts';
import { totpOf, totpStep } from '../../src/crypto/totp.ts';
import { type SimulatedCard } from '../../src/phone/card.ts';
import type { Phone } from '../../src/phone/phone.ts';
import { TEST_PIN, type Answer, type Subscriber, type TestPerson, type TestService } from './service.ts';

export const BANK = { clientId: 'demo-bank', scope: 'signing' } as const;
export const TRANSFER = [
  { label: '받는 분', value: '홍길동' },
  { label: '계좌', value: '두루은행 110-234-567890' },
  { label: '금액', value: '1,250,000원' },
];

/** A subscriber whose phone shows one-time passwords. */
export async function otpSubscriber(service: TestService): Promise<Subscriber> {
  const subscriber = await service.subscriber();
  await subscriber.phone.enrolAuthenticator('otp', TEST_PIN, AUTHENTICATOR_TERMS);
  return subscriber;
}

/** The secret of a phone's authenticator, which only the phone and the service have. */
export async function secretOf(service: TestService, { deviceId }: Phone): Promise<Buffer> {
  const { id, secret } = await service.rows.authenticators.of(deviceId);
  const bond = await service.rows.devices.bondOf(deviceId);
  return service.keys.devices.decryptBound(`authenticators:secret:${id}`, secret!, bond)!;
}

/** The code that a phone shows now if its clock is `steps` time steps ahead. */
export async function codeAt(service: TestService, phone: Phone, steps = 0): Promise<string> {
  return totpOf(await secretOf(service, phone), totpStep(new Date()) + steps, OTP_PARAMETERS);
}

/** Issues an institution's Smart OTP to a person, on a separate device. */
export async function smartOtp(
  service: TestService,
  person: TestPerson,
  options: { clientId?: string; card?: SimulatedCard } = {},
): Promise<Phone> {
  const { phoneNumber, birthDate, genderDigit } = person;
  const body = { phoneNumber, birthDate, genderDigit, ...(options.card && { cardKey: options.card.publicJwk }) };
  await service.rows.budgets.clearStarts();
  const issued = await service.call<{ enrolmentCode: string }>('POST', '/v1/smart-otps', body, {
    ...BANK,
    ...(options.clientId !== undefined && { clientId: options.clientId }),
  });
  const phone = await service.enrol(issued.body.enrolmentCode);
  await phone.confirmTest((await phone.readTestEnvelope(await phone.testEnvelope())).code);
  await phone.enrolAuthenticator('sign', TEST_PIN, AUTHENTICATOR_TERMS);
  return phone;
}

/** Starts an authentication in which an institution requests the signature of a transaction. */
export function startSigning(
  service: TestService,
  { phoneNumber, birthDate, genderDigit }: TestPerson,
  transaction: readonly { label: string; value: string }[] = TRANSFER,
  options: { clientId?: string } = {},
): Promise<Answer<{ id: string; channel: string; state: string; expiresAt: string; attemptsLeft: number }>> {
  const body = { phoneNumber, birthDate, genderDigit, purpose: '이체', method: 'sign', transaction };
  return service.call('POST', '/v1/authentications', body, { ...BANK, ...options });
}

/** Opens a transaction and returns the code that the phone computes over what it displays. */
export async function signedBy(phone: Phone, id: string, card?: SimulatedCard): Promise<string> {
  const pending = (await phone.pending()).find((one) => one.id === id);
  if (!pending) throw new Error('the transaction is not in the pending list');
  await phone.open(pending, TEST_PIN, card);
  return phone.sign(pending, TEST_PIN);
}
