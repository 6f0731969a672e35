// Verifies a person from outside, as a carrier, a call centre, a phone and a relying party do:
//   node .ci/deploy-person.mjs APP ISSUER < clients
// APP is a copy of the image's /app, whose library for phones is used. Standard input has one JSON object: the client ids and
// secrets of `carrier`, `operator` and `authentications`. Nothing but the published port is reached.
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';

const [app, issuer] = process.argv.slice(2);
const clients = JSON.parse(await text(process.stdin));
const { Phone } = await import(pathToFileURL(join(app, 'dist/src/phone/phone.js')).href);
const PIN = '486213';
const person = { phoneNumber: '010-1234-5678', birthDate: '900101', genderDigit: '1' };

async function answerOf(response, expected) {
  const body = await response.text();
  if (response.status !== expected) throw new Error(`${response.url} answered ${response.status}: ${body}`);
  return body === '' ? {} : JSON.parse(body);
}

const tokens = {};
async function tokenOf(scope) {
  const { clientId, clientSecret } = clients[scope];
  const authorization = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`;
  const body = new URLSearchParams({ grant_type: 'client_credentials' });
  const answer = await fetch(`${issuer}/oauth2/token`, { method: 'POST', headers: { authorization }, body });
  return (await answerOf(answer, 200)).access_token;
}

async function call(scope, method, path, body, expected) {
  tokens[scope] ??= await tokenOf(scope);
  const headers = {
    Authorization: `Bearer ${tokens[scope]}`,
    'Content-Type': 'application/json',
    'Audit-Reason': 'check',
  };
  return answerOf(await fetch(issuer + path, { method, headers, body: JSON.stringify(body) }), expected);
}

await call(
  'carrier',
  'PUT',
  '/carrier/v1/lines/line-1',
  {
    phoneNumber: person.phoneNumber,
    ...{ carrier: 'SKT', status: 'active', holder: 'self', plan: 'postpaid' },
    owner: { birthDate: person.birthDate, genderDigit: person.genderDigit },
    handset: { os: 'android', osVersion: '14', formFactor: 'phone' },
  },
  200,
);
const reason = 'a check of the deployment';
const { phoneNumber } = person;
const { enrolmentCode } = await call('operator', 'POST', '/operator/v1/subscriptions', { phoneNumber, reason }, 201);
const phone = await Phone.enrol({
  ...{ issuer, enrolmentCode, pin: PIN, platform: 'android', formFactor: 'phone' },
  ...{ osVersion: '14', appVersion: '1.0.0', pushToken: 'a-token-of-a-check', name: 'phone' },
});
const { code: testCode } = await phone.readTestEnvelope(await phone.testEnvelope());
await phone.confirmTest(testCode);

const purpose = '회원가입';
const started = await call('authentications', 'POST', '/v1/authentications', { ...person, purpose }, 201);
if (started.channel !== 'push') throw new Error(`the channel is ${started.channel}`);
const [pending] = await phone.pending();
await phone.open(pending, PIN);
const { code } = await phone.readCode(await phone.envelope(pending.id), pending.id);
const path = `/v1/authentications/${started.id}/verification`;
const { state, result, assertion } = await call('authentications', 'POST', path, { code }, 200);
if (state !== 'verified' || result.phoneNumber !== '+821012345678' || assertion.split('.').length !== 3)
  throw new Error(`the person was not verified: ${state}`);
console.log(`verified by ${result.channel} at ${result.verifiedAt}`);
