import { describe, expect, it } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { webhookSignature, writtenWebhookSecret } from '../../src/crypto/webhook-signature.ts';

const SECRET = Buffer.from('MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'base64');

describe('webhookSignature', () => {
  it('signs the example of Standard Webhooks as it is printed there', () => {
    const message = {
      id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      timestamp: 1_614_265_330,
      body: Buffer.from('{"test": 2432232314}'),
    };
    expect(webhookSignature(message, [SECRET])).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
  });

  it('signs with every secret, each as the library of Standard Webhooks does', () => {
    const [one, other] = [Buffer.alloc(32, 1), Buffer.alloc(64, 2)];
    const at = new Date('2026-11-28T12:00:00Z');
    const message = { id: 'msg_1', timestamp: at.getTime() / 1000, body: Buffer.from('{"이름":"값"}') };
    const theirs = [one, other].map((secret) =>
      new Webhook(writtenWebhookSecret(secret)).sign('msg_1', at, '{"이름":"값"}'),
    );
    expect(webhookSignature(message, [one, other])).toBe(theirs.join(' '));
  });
});
