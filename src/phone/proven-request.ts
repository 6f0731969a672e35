import { deviceProof } from './device-proof.ts';
import { problemOf } from './problem-error.ts';
import type { DeviceKeyPair } from './device-keys.ts';
import type { ServerClock } from './server-clock.ts';

/** The device that sends a request, and how it sends. */
export type Requester = {
  fetch: typeof globalThis.fetch;
  clock: ServerClock;
  signing: DeviceKeyPair;
  /** Null at enrolment only. */
  deviceId: string | null;
};

/** One call of the App API: `url` is absolute, `body` is sent as JSON unless undefined. */
export type ProvenRequest = { method: 'GET' | 'POST' | 'PUT' | 'DELETE'; url: string; body?: unknown };

/**
 * Sends a request with a device proof and returns a 2xx response.
 * Rejects with ProblemError for any other response, and with the error of `fetch` when there is no network.
 *
 * If the service refuses the proof and the clocks differ, the request is sent once more by the service's clock. This is
 * safe because a request with a refused proof has no effect.
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
  // The proof covers exactly these bytes, so they are made once and sent unchanged.
  const bytes = new TextEncoder().encode(body === undefined ? '' : JSON.stringify(body));
  const proof = await deviceProof({
    signing: requester.signing,
    deviceId: requester.deviceId,
    method,
    url,
    body: bytes,
    now: requester.clock.now(),
  });
  // A browser's fetch throws when it is called as a method of another object, so it is detached first.
  const { fetch } = requester;
  return fetch(url, {
    method,
    headers: { 'device-proof': proof, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    body: body === undefined ? null : bytes,
    signal: AbortSignal.timeout(20_000),
  });
}
