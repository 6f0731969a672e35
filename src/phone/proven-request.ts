import { deviceProof } from './device-proof.ts';
import { problemOf } from './problem-error.ts';
import type { DeviceKeyPair } from './device-keys.ts';
import type { ServerClock } from './server-clock.ts';

/** Who asks, and with what. */
export type Requester = {
  fetch: typeof globalThis.fetch;
  clock: ServerClock;
  signing: DeviceKeyPair;
  /** Null at enrolment only. */
  deviceId: string | null;
};

/** One call of the App API: `url` absolute, `body` sent as JSON unless undefined. */
export type ProvenRequest = { method: 'GET' | 'POST' | 'PUT' | 'DELETE'; url: string; body?: unknown };

/**
 * Sends a request with the device's proof; answers a 2xx response. Rejects with ProblemError for any other, and with
 * what `fetch` throws when there is no network.
 *
 * A proof refused while the clocks differ is sent once more, by the service's clock: a refused proof had no effect.
 */
export async function provenRequest(requester: Requester, request: ProvenRequest): Promise<Response> {
  const first = await send(requester, request);
  if (first.ok) return first;
  const problem = await problemOf(first);
  const clockMayBeWrong = problem.status === 401 && problem.code === 'device_proof_invalid';
  if (!clockMayBeWrong || !requester.clock.correctFrom(first)) throw problem;

  const second = await send(requester, request);
  if (second.ok) return second;
  throw await problemOf(second);
}

async function send(requester: Requester, { method, url, body }: ProvenRequest): Promise<Response> {
  // The proof is over these very bytes, so they are made once and sent as they are.
  const bytes = new TextEncoder().encode(body === undefined ? '' : JSON.stringify(body));
  const proof = await deviceProof({
    signing: requester.signing,
    deviceId: requester.deviceId,
    method,
    url,
    body: bytes,
    now: requester.clock.now(),
  });
  // A browser's fetch refuses to run as another object's method, so it is taken off the requester first.
  const { fetch } = requester;
  return fetch(url, {
    method,
    headers: { 'device-proof': proof, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    body: body === undefined ? null : bytes,
    signal: AbortSignal.timeout(20_000),
  });
}
