import { migrate } from '../../config/migrate.ts';
import { AccessTokens } from '../../src/crypto/access-token.ts';
import { randomId } from '../../src/crypto/random.ts';
import { cibaFlow } from './ciba-flow.ts';
import { type Flow, mainFlow } from './flow.ts';
import { peerApproval, peerFlow } from './peer-flow.ts';
import { type Person, type Population, seedBare, seedService } from './population.ts';
import type { Served, Stage } from './stage.ts';

/** A measured system: its process, and how a flow is played on it. */
export interface Candidate {
  name: string;
  served: Served;
  /** A flow with an access token that is valid for the next minutes. */
  flow(): Promise<Flow>;
  next: () => Person;
}

/** Creates the template from which the service's databases are copied. */
export async function seedTemplate(stage: Stage, name: string, people: readonly Person[]): Promise<void> {
  const url = await stage.createDatabase(name);
  await migrate(url);
  await seedService(url, populationOf(stage, people));
}

/** The service, on a seeded database. */
export async function serviceCandidate(
  stage: Stage,
  name: string,
  people: readonly Person[],
  options: { databaseUrl: string; settings?: Record<string, string>; build?: string },
): Promise<Candidate> {
  const { databaseUrl, settings, build } = options;
  const served = await stage.serve(databaseUrl, settings, build);
  const flow = async (): Promise<Flow> =>
    mainFlow({ ...served, phones: stage.phones, arrivals: stage.arrivals }, await accessToken(served));
  return { name, served, flow, next: turns(people) };
}

/** The service's CIBA, on a seeded database. */
export async function cibaCandidate(stage: Stage, people: readonly Person[], databaseUrl: string): Promise<Candidate> {
  const served = await stage.serve(databaseUrl);
  const authorization = basicOf(served, 'openid');
  const flow = async () => cibaFlow({ ...served, phones: stage.phones, arrivals: stage.arrivals }, authorization);
  return { name: 'ciba', served, flow, next: turns(people) };
}

/** The `Authorization` of the demonstration's first client with this scope. */
export function basicOf({ announcement }: Served, wanted: string): string {
  const { clients } = JSON.parse(announcement) as {
    clients: { clientId: string; clientSecret: string; scope: string }[];
  };
  const client = clients.find(({ scope }) => scope === wanted);
  return `Basic ${Buffer.from(`${client?.clientId ?? ''}:${client?.clientSecret ?? ''}`).toString('base64')}`;
}

/** A token of the demonstration's first client with this scope. */
export async function accessToken(served: Served, wanted = 'authentications'): Promise<string> {
  const { statusCode, body } = await served.http.request({
    method: 'POST',
    path: '/oauth2/token',
    headers: { authorization: basicOf(served, wanted), 'content-type': 'application/x-www-form-urlencoded' },
    body: 'grant_type=client_credentials',
  });
  const { access_token: token } = (await body.json()) as { access_token: string };
  if (statusCode !== 200) throw new Error(`no access token: ${statusCode}`);
  return token;
}

export async function floorCandidate(stage: Stage, people: readonly Person[]): Promise<Candidate> {
  const url = await stage.createDatabase('floor');
  await seedBare(url, populationOf(stage, people));
  const served = await stage.play('floor', url);
  const tokens = new AccessTokens(served.origin, stage.keys.signing);
  const caller = { id: randomId(), clientId: 'bench', scopes: ['authentications'] };
  const flow = async () =>
    mainFlow({ ...served, phones: stage.phones, arrivals: stage.arrivals }, tokens.issue(caller, new Date()));
  return { name: 'floor.bare', served, flow, next: turns(people) };
}

/** The peer with a code that the window types, as in the main flow, or with its own CIBA alone. */
export async function peerCandidate(
  stage: Stage,
  people: readonly Person[],
  { approves = false } = {},
): Promise<Candidate> {
  const url = await stage.createDatabase(approves ? 'peer_approves' : 'peer');
  await seedBare(url, populationOf(stage, people));
  const served = await stage.play('peer', url);
  const hands = { ...served, phones: stage.phones, arrivals: stage.arrivals };
  const flow = async () => (approves ? peerApproval(hands) : peerFlow(hands));
  return { name: approves ? 'peer.ciba_approval' : 'peer.ciba_postgres', served, flow, next: turns(people) };
}

function populationOf({ phones, keys }: Stage, people: readonly Person[]): Population {
  return { people, phones, keys };
}

/** Returns the people in turn: a person repeats only after all others. */
function turns(people: readonly Person[]): () => Person {
  let at = 0;
  return () => {
    const person = people[at % people.length];
    if (!person) throw new Error('nobody is there to play');
    at += 1;
    return person;
  };
}
