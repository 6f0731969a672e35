import type { Pool } from 'undici';
import type { Arrivals } from './arrivals.ts';
import type { Phones } from './phones.ts';
import type { Person } from './population.ts';

/** The durations of one whole flow, in milliseconds. */
export interface FlowTimes {
  start: number;
  open: number;
  verification: number;
  /** From the answer to a start, or an opening, until the push arrives at its platform. */
  handoffs: number[];
}

/** Plays one person from the start to the assertion. Rejects with a sentence at the first wrong answer. */
export type Flow = (person: Person) => Promise<FlowTimes>;

export interface Stagehands {
  origin: string;
  http: Pool;
  phones: Phones;
  arrivals: Arrivals;
}

type Json = Record<string, unknown>;

interface HttpRequest {
  method: 'GET' | 'POST';
  path: string;
  headers: Record<string, string>;
  body?: string;
}

/** One request; `at` is the instant of its answer, by the clock that all processes share. */
export async function call(
  http: Pool,
  expected: number,
  request: HttpRequest,
): Promise<{ body: Json; ms: number; at: number }> {
  const startedAt = performance.now();
  const { statusCode, body } = await http.request(request);
  const text = await body.text();
  const ms = performance.now() - startedAt;
  const at = Date.now();
  if (statusCode !== expected) {
    throw new Error(`${request.method} ${request.path.replace(/[\w-]{30,}/, '{id}')} answered ${statusCode} ${text}`);
  }
  return { body: JSON.parse(text) as Json, ms, at };
}

/** The main flow of the contract, which the service and the floor both serve. */
export function mainFlow({ origin, http, phones, arrivals }: Stagehands, accessToken: string): Flow {
  const window = { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json' };
  const proof = (person: Person, method: string, path: string, body: string) =>
    phones.proof(person.deviceId, { method, url: origin + path, body });

  return async (person) => {
    const { phoneNumber, birthDate, genderDigit, deviceId } = person;
    const request = JSON.stringify({ phoneNumber, birthDate, genderDigit, purpose: '회원가입' });
    const start = await call(http, 201, {
      method: 'POST',
      path: '/v1/authentications',
      headers: window,
      body: request,
    });
    const id = String(start.body['id']);
    const woken = arrivals.wait('wake', id);
    // It is awaited below; a flow that fails before must not leave the rejection without a listener.
    woken.catch(() => undefined);
    expect(start.body['channel'] === 'push', 'the start is not by push');

    const list = '/app/v1/authentications';
    const listed = { 'device-proof': proof(person, 'GET', list, '') };
    const pending = await call(http, 200, { method: 'GET', path: list, headers: listed });
    const mine = Object.values(pending.body as Record<string, Json>).find((one) => one['id'] === id);
    expect(mine !== undefined, 'the authentication is not pending on the phone');

    const path = `${list}/${id}/open`;
    const body = JSON.stringify({
      pinProof: phones.pinProof({ id, deviceId, nonce: String(mine['nonce']) }),
    });
    const headers = { 'device-proof': proof(person, 'POST', path, body), 'content-type': 'application/json' };
    const open = await call(http, 202, { method: 'POST', path, headers, body });
    expect(open.body['state'] === 'opened', 'the opening was not answered with opened');

    const [wake, code] = await Promise.all([woken, arrivals.wait('code', id)]);
    const claims = claimsOf(phones.unseal(code.envelope ?? ''));
    expect(claims['authenticationId'] === id && claims['deviceId'] === deviceId, 'the envelope is for somebody else');

    const verification = await call(http, 200, {
      method: 'POST',
      path: `/v1/authentications/${id}/verification`,
      headers: window,
      body: JSON.stringify({ code: claims['code'] }),
    });
    const { assertion, result } = verification.body as { assertion: string; result: Json };
    expect(result['phoneNumber'] === phoneNumber, 'somebody else was verified');
    expect(claimsOf(assertion)['jti'] === id, 'the assertion is of another authentication');
    return {
      start: start.ms,
      open: open.ms,
      verification: verification.ms,
      handoffs: [Math.max(0, wake.at - start.at), Math.max(0, code.at - open.at)],
    };
  };
}

/** The claims of a compact JWS; the tests verify its signature. */
export function claimsOf(jws: string): Json {
  return JSON.parse(Buffer.from(jws.split('.')[1] ?? '', 'base64url').toString('utf8')) as Json;
}

export function expect(holds: boolean, otherwise: string): asserts holds {
  if (!holds) throw new Error(otherwise);
}
