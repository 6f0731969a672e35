import { randomId } from '../../crypto/random.ts';
import type { Phone } from '../../phone/phone.ts';
import type { TextBrowser } from './text-browser.ts';

/** The first line that `npm start -- --json` prints. */
export interface Announcement {
  issuer: string;
  pushOutbox: string;
  smsOutbox: string;
  clients: { clientId: string; clientSecret: string; scope: string; name: string }[];
  lines: { lineId: string; phoneNumber: string; birthDate: string; genderDigit: string; note: string }[];
}

export interface Answer {
  status: number;
  body: Record<string, unknown>;
}

/** The state that one step passes to the next. */
export interface Scene {
  service: Announcement;
  tokens: Map<string, string>;
  pushToken: string;
  phone?: Phone;
  /** The browser in which a customer uses the website. */
  browser?: TextBrowser;
  authenticationId?: string;
  code?: string;
  assertion?: string;
  subscriptionId?: string;
  /** The last sequence that the carrier used. */
  sequence: number;
  /** The present number of the line. */
  phoneNumber?: string;
}

/** One step as a person would see it. `play` returns what the person sees, and throws when a check fails. */
export interface JourneyStep {
  title: string;
  play: (scene: Scene) => Promise<string>;
}

export const PIN = '274951';

export function expect(holds: boolean, otherwise: string): asserts holds {
  if (!holds) throw new Error(otherwise);
}

export function subscriber({ service }: Scene): Announcement['lines'][number] {
  const [first] = service.lines;
  expect(first !== undefined, 'the service has no demo lines');
  return first;
}

export function enrolled({ phone }: Scene): Phone {
  expect(phone !== undefined, 'no phone is enrolled');
  return phone;
}

export async function start(
  scene: Scene,
  person: { phoneNumber: string; birthDate: string; genderDigit: string } = subscriber(scene),
): Promise<Answer> {
  const { phoneNumber, birthDate, genderDigit } = person;
  return call(scene, 'authentications', 'POST', '/v1/authentications', {
    phoneNumber,
    birthDate,
    genderDigit,
    purpose: '회원가입',
  });
}

/** Reports an event of a line, by default the subscriber's, as the carrier would: a CloudEvent in structured mode. */
export async function reportEvent(
  scene: Scene,
  kind: string,
  data?: object,
  { lineId } = subscriber(scene),
): Promise<void> {
  scene.sequence += 1;
  const event = {
    specversion: '1.0',
    id: randomId(),
    source: 'urn:journey:carrier',
    type: `pushguard.line.v1.${kind}`,
    subject: lineId,
    sequence: scene.sequence,
    time: new Date().toISOString(),
    ...(data && { data }),
  };
  const { status, body } = await call(
    scene,
    'carrier',
    'POST',
    '/carrier/v1/events',
    event,
    'application/cloudevents+json',
  );
  expect(status === 202 && body['outcome'] === 'applied', `applied expected, got ${status} ${JSON.stringify(body)}`);
}

/** The state of a number's subscription, by default the subscriber's, as the call centre sees it. */
export async function standing(
  scene: Scene,
  phoneNumber = scene.phoneNumber ?? subscriber(scene).phoneNumber,
): Promise<string> {
  const path = `/operator/v1/subscriptions?phoneNumber=${encodeURIComponent(phoneNumber)}`;
  const { body } = await call(scene, 'operator', 'GET', path);
  const [newest] = Object.values(body) as { state: string; reason: string | null }[];
  return newest ? newest.state + (newest.reason === null ? '' : ` (${newest.reason})`) : 'none';
}

export async function verify(scene: Scene, code: string): Promise<Answer> {
  return call(scene, 'authentications', 'POST', `/v1/authentications/${scene.authenticationId ?? ''}/verification`, {
    code,
  });
}

/** Calls the service as the demo client that has this scope, or this client id. */
export async function call(
  scene: Scene,
  as: string,
  method: string,
  path: string,
  body?: object,
  contentType = 'application/json',
): Promise<Answer> {
  const { issuer } = scene.service;
  let token = scene.tokens.get(as);
  if (!token) {
    const client = scene.service.clients.find(({ clientId, scope }) => scope === as || clientId === as);
    const basic = Buffer.from(`${client?.clientId ?? ''}:${client?.clientSecret ?? ''}`).toString('base64');
    const answer = await fetch(`${issuer}/oauth2/token`, {
      method: 'POST',
      headers: { Authorization: `Basic ${basic}` },
      body: new URLSearchParams({ grant_type: 'client_credentials' }),
    });
    token = ((await answer.json()) as { access_token: string }).access_token;
    scene.tokens.set(as, token);
  }
  const response = await fetch(issuer + path, {
    method,
    headers: {
      Authorization: `Bearer ${token}`,
      'Audit-Reason': 'journey',
      ...(body && { 'Content-Type': contentType }),
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text ? (JSON.parse(text) as Record<string, unknown>) : {} };
}

/** The next push of a kind to the journey's phone, as its platform would pass it to the app. */
export async function nextPush({ service, pushToken }: Scene, kind: string): Promise<Record<string, string>> {
  for (let seen = 0; ;) {
    const url = `${service.pushOutbox}?to=${pushToken}&after=${seen}&wait=10`;
    const pushes = (await (await fetch(url)).json()) as { data: Record<string, string> }[];
    expect(pushes.length > 0, `no push of kind ${kind} within ten seconds`);
    const wanted = pushes.find(({ data }) => data['t'] === kind);
    if (wanted) return wanted.data;
    seen += pushes.length;
  }
}

/** The text message to a number that follows the first `after` ones. */
export async function nextText({ service }: Scene, to: string, after = 0): Promise<string> {
  const url = `${service.smsOutbox}?to=${encodeURIComponent(to)}&after=${after}&wait=10`;
  const [text] = (await (await fetch(url)).json()) as { text: string }[];
  expect(text !== undefined, 'no text message within ten seconds');
  return text.text;
}
