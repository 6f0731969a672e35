import { describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { PushguardError } from '../../src/sdk/pushguard-error.ts';
import { verifyWebhook } from '../../src/sdk/pushguard.ts';

const SECRET = `whsec_${randomBytes(32).toString('base64')}`;
const OTHER = `whsec_${randomBytes(32).toString('base64')}`;
const ID = 'msg_0198c5f0000070008000000000000001';
const BODY = JSON.stringify({
  type: 'authentication.verified',
  timestamp: '2026-11-28T03:04:05.678Z',
  data: { id: 'a1', state: 'verified', channel: 'push', closedAt: '2026-11-28T03:04:05.678Z', note: '가' },
});

/** The headers of a delivery, signed by the package that implements the standard. */
function headersOf(body: string, { secret = SECRET, id = ID, at = new Date() } = {}): Record<string, string> {
  return {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': new Webhook(secret).sign(id, at, body),
  };
}

const inSeconds = (seconds: number) => new Date(Date.now() + seconds * 1000);

describe('verifyWebhook', () => {
  it.each<[string, (headers: Record<string, string>) => Parameters<typeof verifyWebhook>[0], string | Uint8Array]>([
    ['as node:http has it', (headers) => headers, BODY],
    ['as fetch has it', (headers) => new Headers(headers), Buffer.from(BODY)],
    [
      'with names in capitals and lists of values',
      (headers) => Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toUpperCase(), [value]])),
      new Uint8Array(Buffer.from(BODY)),
    ],
  ])('a delivery signed by the standard’s own package is accepted, %s', (_case, form, body) => {
    const event = verifyWebhook(form(headersOf(BODY)), body, SECRET);
    expect(event).toEqual({ id: ID, ...(JSON.parse(BODY) as object) });
    if (event.type === 'authentication.verified') expect(event.data.channel).toBe('push');
  });

  it('the published example of the standard is accepted at its time only', () => {
    const example = {
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    };
    const [body, secret] = ['{"test": 2432232314}', 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'];
    const now = new Date(1_614_265_330_000);
    // The example has a right signature over a body that is no event of ours.
    expect(() => verifyWebhook(example, body, secret, { now })).toThrow(/The body is no event/);
    expect(() => verifyWebhook(example, `${body} `, secret, { now })).toThrow(/No signature/);
    expect(() => verifyWebhook(example, body, secret)).toThrow(/five minutes/);
  });

  it('while a secret is rotated, either secret and either signature is enough', () => {
    const [old, young] = [headersOf(BODY, { secret: OTHER }), headersOf(BODY)];
    expect(verifyWebhook(old, BODY, [SECRET, OTHER]).id).toBe(ID);
    const both = `v1a,AAAA ${old['webhook-signature']} ${young['webhook-signature']}`;
    expect(verifyWebhook({ ...young, 'webhook-signature': both }, BODY, SECRET).id).toBe(ID);
  });

  it('an event of a type that is not known yet is named unknown', () => {
    const body = JSON.stringify({ type: 'toString', timestamp: '2026-11-28T03:04:05Z', data: { a: 1 } });
    expect(verifyWebhook(headersOf(body), body, SECRET)).toMatchObject({
      type: 'unknown',
      unknownType: 'toString',
      data: { a: 1 },
    });
  });

  it.each<[string, Record<string, string>, string]>([
    ['signed by another secret', headersOf(BODY, { secret: OTHER }), BODY],
    ['with a changed body', headersOf(BODY), BODY.replace('a1', 'a2')],
    ['with another id', { ...headersOf(BODY), 'webhook-id': 'msg_other' }, BODY],
    ['with another time', { ...headersOf(BODY), 'webhook-timestamp': String(Math.floor(Date.now() / 1000) + 7) }, BODY],
    ['that was sent six minutes ago', headersOf(BODY, { at: inSeconds(-360) }), BODY],
    ['from six minutes ahead', headersOf(BODY, { at: inSeconds(360) }), BODY],
    ['with a time that is no number', { ...headersOf(BODY), 'webhook-timestamp': '0x10' }, BODY],
    ['without a signature', { ...headersOf(BODY), 'webhook-signature': '' }, BODY],
    ['with an empty signature', { ...headersOf(BODY), 'webhook-signature': 'v1,' }, BODY],
    ['without headers', {}, BODY],
    ['whose body is no event', headersOf('[]'), '[]'],
    ['whose body is no JSON', headersOf('{'), '{'],
  ])('a delivery %s is refused', (_case, headers, body) => {
    expect(() => verifyWebhook(headers, body, SECRET)).toThrow(PushguardError);
    expect(() => verifyWebhook(headers, body, SECRET)).toThrow(/^invalid_webhook: /);
  });

  it.each([
    ['that is empty', ''],
    ['without bytes', 'whsec_'],
    ['that is short', 'whsec_c2hvcnQ='],
    ['without its prefix', SECRET.slice(6)],
  ])('a secret %s is refused before any header is read', (_case, secret) => {
    expect(() => verifyWebhook({}, BODY, secret)).toThrow(TypeError);
  });
});
