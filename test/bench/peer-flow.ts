import { POLLED } from './ciba-flow.ts';
import { call, claimsOf, expect, type Flow, type Stagehands } from './flow.ts';
import { PEER_CLIENT } from './peer-client.ts';

const { authorization } = PEER_CLIENT;
const FORM = { authorization, 'content-type': 'application/x-www-form-urlencoded' };

/** Begins a request about a person, whose wake-up is awaited from then on. */
function asking({ http, arrivals }: Stagehands) {
  return async (phoneNumber: string) => {
    const start = await call(http, 200, {
      method: 'POST',
      path: '/backchannel',
      headers: FORM,
      body: `scope=openid&login_hint=${encodeURIComponent(phoneNumber)}`,
    });
    const id = String(start.body['auth_req_id']);
    const woken = arrivals.wait('wake', id);
    // The flow awaits it later; one that fails before must not leave the rejection without a listener.
    woken.catch(() => undefined);
    return { start, id, woken };
  };
}

/** The same flow by CIBA: the window's request, the phone's opening, the window's code, and one poll for the tokens. */
export function peerFlow(hands: Stagehands): Flow {
  const { origin, http, phones, arrivals } = hands;
  const ask = asking(hands);

  return async ({ phoneNumber, deviceId }) => {
    const { start, id, woken } = await ask(phoneNumber);

    const path = `/phone/${id}/open`;
    const proof = phones.proof(deviceId, { method: 'POST', url: origin + path, body: '' });
    const open = await call(http, 202, { method: 'POST', path, headers: { 'device-proof': proof } });

    const [wake, code] = await Promise.all([woken, arrivals.wait('code', id)]);
    const sealed = JSON.parse(phones.unseal(code.envelope ?? '')) as { authenticationId: string; code: string };
    expect(sealed.authenticationId === id, 'the envelope is for somebody else');

    const body = JSON.stringify({ id, code: sealed.code });
    const verified = await call(http, 200, { method: 'POST', path: '/verification', headers: { authorization }, body });
    const tokens = await call(http, 200, {
      method: 'POST',
      path: '/token',
      headers: FORM,
      body: POLLED + id,
    });
    expect(claimsOf(String(tokens.body['id_token']))['sub'] === deviceId, 'the id token is somebody else’s');
    return {
      start: start.ms,
      open: open.ms,
      verification: verified.ms + tokens.ms,
      handoffs: [Math.max(0, wake.at - start.at), Math.max(0, code.at - open.at)],
    };
  };
}

/** The peer's CIBA alone: its request, the phone's approval with one proof of its key, and one poll for the tokens. */
export function peerApproval(hands: Stagehands): Flow {
  const { origin, http, phones } = hands;
  const ask = asking(hands);

  return async ({ phoneNumber, deviceId }) => {
    const { start, id, woken } = await ask(phoneNumber);

    const path = `/phone/${id}/approve`;
    const proof = phones.proof(deviceId, { method: 'POST', url: origin + path, body: '' });
    const approval = await call(http, 200, { method: 'POST', path, headers: { 'device-proof': proof } });
    const wake = await woken;

    const tokens = await call(http, 200, { method: 'POST', path: '/token', headers: FORM, body: POLLED + id });
    expect(claimsOf(String(tokens.body['id_token']))['sub'] === deviceId, 'the id token is somebody else’s');
    return {
      start: start.ms,
      open: approval.ms,
      verification: tokens.ms,
      handoffs: [Math.max(0, wake.at - start.at)],
    };
  };
}
