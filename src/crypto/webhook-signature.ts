import { createHmac } from 'node:crypto';
import { equalInConstantTime } from './constant-time.ts';

/** Bytes of a webhook secret; Standard Webhooks allows 24 to 64. */
export const WEBHOOK_SECRET_BYTES = 32;

/** A webhook secret as its receiver gets it: `whsec_` and the bytes in base64 (Standard Webhooks, “Signature scheme”). */
export function writtenWebhookSecret(secret: Buffer): string {
  return `whsec_${secret.toString('base64')}`;
}

/** The bytes of a secret that is written as `whsec_` and 24 to 64 bytes in base64, or null for any other text. */
export function readWebhookSecret(written: string): Buffer | null {
  const text = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(written)?.[1] ?? '';
  const bytes = Buffer.from(text, 'base64');
  return bytes.length >= 24 && bytes.length <= 64 && bytes.toString('base64') === text ? bytes : null;
}

/** Seconds by which the timestamp of a signed call may differ from the present (Standard Webhooks, “Verifying”). */
const TOLERANCE_SECONDS = 300;
/** The most signatures of one call that are compared. A sender that changes its secret sends two. */
const MOST_SIGNATURES = 10;

/** A call as it was received: the values of its three headers, and the bytes of its body. */
export interface SignedCall {
  id: string | undefined;
  timestamp: string | undefined;
  signature: string | undefined;
  body: Buffer;
}

/**
 * Returns null if a call was signed with one of the secrets within the last or next five minutes, or else the sentence
 * that says what is wrong.
 */
export function signedCallFault(call: SignedCall, secrets: readonly Buffer[], now: Date): string | null {
  const { id, timestamp = '', signature = '', body } = call;
  if (!id || signature === '' || !/^[1-9]\d{0,11}$/.test(timestamp))
    return 'Send webhook-id, webhook-timestamp (whole seconds since 1970) and webhook-signature, as Standard Webhooks says.';
  const seconds = Number(timestamp);
  if (Math.abs(now.getTime() / 1000 - seconds) > TOLERANCE_SECONDS)
    return 'webhook-timestamp is more than five minutes from the present. Sign the call when it is sent, and check the clock.';
  const right = secrets.map((secret) => webhookSignature({ id, timestamp: seconds, body }, [secret]));
  const given = signature.split(' ', MOST_SIGNATURES).map((one) => Buffer.from(one));
  const isRight = right.some((one) => given.some((other) => equalInConstantTime(Buffer.from(one), other)));
  return isRight ? null : 'The signature is not of this body, id and timestamp under the agreed secret.';
}

/**
 * The value of `webhook-signature`: an HMAC-SHA256 over `id.timestamp.body` by each secret, separated by blanks.
 * `timestamp` is in seconds since 1970.
 */
export function webhookSignature(
  { id, timestamp, body }: { id: string; timestamp: number; body: Buffer | string },
  secrets: readonly Buffer[],
): string {
  const before = `${id}.${timestamp}.`;
  const sign = (secret: Buffer) => createHmac('sha256', secret).update(before).update(body).digest('base64');
  return secrets.map((secret) => `v1,${sign(secret)}`).join(' ');
}
