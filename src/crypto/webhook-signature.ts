import { createHmac } from 'node:crypto';

/** Bytes of a webhook secret; Standard Webhooks allows 24 to 64. */
export const WEBHOOK_SECRET_BYTES = 32;

/** A webhook secret as its receiver gets it: `whsec_` and the bytes in base64 (Standard Webhooks, “Signature scheme”). */
export function writtenWebhookSecret(secret: Buffer): string {
  return `whsec_${secret.toString('base64')}`;
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
