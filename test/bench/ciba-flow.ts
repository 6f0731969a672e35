import { call, claimsOf, expect, type Flow, type Stagehands } from './flow.ts';

const GRANT = 'urn:openid:params:grant-type:ciba';
export const POLLED = `grant_type=${encodeURIComponent(GRANT)}&auth_req_id=`;

/**
 * One CIBA request of the service: a client names a person, the phone is woken and approves with the PIN over the two digits,
 * and the client polls once for the tokens. `authorization` is the client's, by HTTP Basic.
 */
export function cibaFlow({ origin, http, phones, arrivals }: Stagehands, authorization: string): Flow {
  const form = { authorization, 'content-type': 'application/x-www-form-urlencoded' };
  const list = '/app/v1/authentications';

  return async ({ phoneNumber, birthDate, genderDigit, deviceId }) => {
    const hint = `tel:${phoneNumber};x-birthdate=${birthDate};x-gender-digit=${genderDigit}`;
    const start = await call(http, 200, {
      method: 'POST',
      path: '/oauth2/bc-authorize',
      headers: form,
      body: `scope=openid&login_hint=${encodeURIComponent(hint)}`,
    });
    const authReqId = String(start.body['auth_req_id']);
    const match = String(start.body['pushguard_match']);

    const listed = { 'device-proof': phones.proof(deviceId, { method: 'GET', url: origin + list, body: '' }) };
    const pending = await call(http, 200, { method: 'GET', path: list, headers: listed });
    const [mine] = Object.values(pending.body as Record<string, { id: string; nonce: string }>);
    expect(mine !== undefined, 'the authentication is not pending on the phone');
    const { id, nonce } = mine;
    const woken = arrivals.wait('wake', id);
    // It is awaited below; a flow that fails before must not leave the rejection without a listener.
    woken.catch(() => undefined);

    const path = `${list}/${id}/approve`;
    const body = JSON.stringify({
      pinProof: phones.pinProof({ purpose: 'approve', id, deviceId, nonce, match }),
      match,
    });
    const proof = phones.proof(deviceId, { method: 'POST', url: origin + path, body });
    const headers = { 'device-proof': proof, 'content-type': 'application/json' };
    // A person answers a phone that was woken; once the request is answered, the service sends no wake-up any more.
    const wake = await woken;
    const approval = await call(http, 202, { method: 'POST', path, headers, body });

    const tokens = await call(http, 200, {
      method: 'POST',
      path: '/oauth2/token',
      headers: form,
      body: POLLED + authReqId,
    });
    const claims = claimsOf(String(tokens.body['id_token']));
    expect(claims['urn:openid:params:jwt:claim:auth_req_id'] === authReqId, 'the id token is of another request');
    return {
      start: start.ms,
      open: approval.ms,
      verification: tokens.ms,
      handoffs: [Math.max(0, wake.at - start.at)],
    };
  };
}
