import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { MemberRole } from '../domain/console.ts';
import type { LineFacts } from '../domain/line.ts';
import type { OperatorRole } from '../domain/operator.ts';

/** A client of the demonstration, with its secret, which only a demonstration prints. */
export interface DemoClient {
  id: string;
  clientId: string;
  clientSecret: string;
  /** Gets tokens of test mode, which the code of the documents uses. */
  testSecret: string;
  scope: string;
  name: string;
  /** Of a financial institution: the code that people give together with a serial number. */
  vendorCode: string | null;
  /** Whether it may request only persons whose authenticator is registered with it. */
  requiresRegistration: boolean;
}

/** An operator of the demonstration, with secrets, which only a demonstration prints. */
export interface DemoOperator {
  login: string;
  name: string;
  role: OperatorRole;
  password: string;
  /** Stored because it takes long to compute. */
  passwordDigest: string;
  /** Base32, as authenticator apps take it. */
  totpSecret: string;
}

/** A person at the console of a client of the demonstration, with secrets, which only a demonstration prints. */
export interface DemoMember extends Omit<DemoOperator, 'role'> {
  clientId: string;
  role: MemberRole;
}

/** A line of the demonstration, and the case that it demonstrates. */
export interface DemoLine extends LineFacts {
  /**
   * English, whatever the language of the terminal: `--json` is read by programs and their authors, to whom the contract
   * promises one text. Pages show the reader's language (`notes` in `src/demo/words/`).
   */
  note: string;
}

const DEMO_CLIENTS: readonly (Pick<DemoClient, 'clientId' | 'scope' | 'name'> & Partial<DemoClient>)[] = [
  { clientId: 'demo-shop', scope: 'authentications', name: '한빛서점' },
  { clientId: 'demo-bank', scope: 'authentications signing', name: '두루은행', vendorCode: '301' },
  {
    clientId: 'demo-securities',
    scope: 'authentications signing',
    name: '다온증권',
    vendorCode: '302',
    requiresRegistration: true,
  },
  { clientId: 'demo-openid', scope: 'openid', name: '한빛서점 로그인' },
  { clientId: 'demo-carrier', scope: 'carrier', name: '시범통신 회선계' },
  { clientId: 'demo-operator', scope: 'operator', name: '시범통신 고객센터' },
  { clientId: 'demo-supervisor', scope: 'operator.decide', name: '시범통신 고객센터 책임자' },
];

/** The clients, stored in the data directory. A start creates what it does not hold yet. */
export async function demoClients(
  dataDir: string,
  make: () => { id: string; secret: string; testSecret: string },
): Promise<DemoClient[]> {
  const path = join(resolve(dataDir), 'clients.json');
  const kept = existsSync(path) ? (JSON.parse(await readFile(path, 'utf8')) as Partial<DemoClient>[]) : [];
  const clients = DEMO_CLIENTS.map((client): DemoClient => {
    const { id, secret, testSecret } = make();
    const made = { id, clientSecret: secret, testSecret, vendorCode: null, requiresRegistration: false };
    return { ...made, ...client, ...kept.find(({ clientId }) => clientId === client.clientId) };
  });
  if (JSON.stringify(clients) !== JSON.stringify(kept))
    await writeFile(path, JSON.stringify(clients, null, 2), { mode: 0o600 });
  return clients;
}

/** The owner of the shop's console, created at the first start of a data directory and stored there. */
export async function demoMembers(
  dataDir: string,
  make: () => Promise<Pick<DemoMember, 'password' | 'passwordDigest' | 'totpSecret'>>,
): Promise<DemoMember[]> {
  const path = join(resolve(dataDir), 'members.json');
  if (!existsSync(path)) {
    const named = { clientId: 'demo-shop', login: 'shop-owner', name: '정서점', role: 'owner' } as const;
    await writeFile(path, JSON.stringify([{ ...named, ...(await make()) }], null, 2), { mode: 0o600 });
  }
  return JSON.parse(await readFile(path, 'utf8')) as DemoMember[];
}

/** The operators, created at the first start of a data directory and stored there. */
export async function demoOperators(
  dataDir: string,
  make: () => Promise<Pick<DemoOperator, 'password' | 'passwordDigest' | 'totpSecret'>>,
): Promise<DemoOperator[]> {
  const path = join(resolve(dataDir), 'operators.json');
  if (!existsSync(path)) {
    const named = [
      { login: 'viewer', name: '조회원', role: 'viewer' },
      { login: 'agent', name: '김상담', role: 'agent' },
      { login: 'supervisor', name: '이책임', role: 'supervisor' },
      { login: 'supervisor2', name: '박책임', role: 'supervisor' },
    ] as const;
    const operators = await Promise.all(named.map(async (one) => ({ ...one, ...(await make()) })));
    await writeFile(path, JSON.stringify(operators, null, 2), { mode: 0o600 });
  }
  return JSON.parse(await readFile(path, 'utf8')) as DemoOperator[];
}

const ANDROID = { os: 'android', osVersion: '14', formFactor: 'phone', model: 'SM-S921N' } as const;
const IPHONE = { os: 'ios', osVersion: '17.5', formFactor: 'phone', model: 'iPhone15,4' } as const;
const ORDINARY = { carrier: 'SKT', status: 'active', holder: 'self', plan: 'postpaid', handset: ANDROID } as const;

/** Lines that can subscribe, and one for every reason why a line cannot. */
export const DEMO_LINES: readonly DemoLine[] = [
  line('1', '+821012345678', '900101', '1', {}, 'an ordinary subscriber with an Android phone'),
  line('2', '+821023456789', '850715', '2', { handset: IPHONE }, 'an ordinary subscriber with an iPhone'),
  line('3', '+821034567890', '010203', '3', {}, 'born in 2001; not subscribed, so codes go by SMS'),
  line('4', '+821045678901', '880229', '5', {}, 'a foreigner'),
  line('5', '+821056789012', '120505', '4', {}, 'a minor: cannot subscribe'),
  line('6', '+821067890123', '790310', '1', { holder: 'corporate' }, 'a corporate line: cannot subscribe'),
  line('7', '+821078901234', '660606', '2', { holder: 'other_party' }, 'in another person’s name: cannot subscribe'),
  line('8', '+821089012345', '950909', '1', { plan: 'prepaid' }, 'a prepaid plan: cannot subscribe'),
  line('9', '+821090123456', '920808', '2', { carrier: 'SKT_MVNO' }, 'a line of an MVNO: cannot subscribe'),
  line(
    '10',
    '+821011112222',
    '700707',
    '1',
    { handset: { os: 'windows', osVersion: '8.1', formFactor: 'phone' } },
    'a Windows phone: cannot subscribe',
  ),
  line('11', '+821022223333', '830405', '2', {}, 'a customer of a bank, for signing transactions'),
];

function line(
  number: string,
  phoneNumber: string,
  birthDate: string,
  genderDigit: string,
  other: Partial<LineFacts>,
  note: string,
): DemoLine {
  const facts: LineFacts = {
    lineId: `demo-${number}`,
    phoneNumber,
    owner: { birthDate, genderDigit },
    ...ORDINARY,
    ...other,
  };
  return { ...facts, note };
}
