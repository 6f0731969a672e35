import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomBytes, randomUUID } from 'node:crypto';
import { DataSource } from 'typeorm';
import { dataSourceOptions } from '../../config/data-source.ts';
import { AccountSessionStore } from '../../src/accounts/account-session.store.ts';
import { AccountSessions, type SignIn } from '../../src/accounts/account-sessions.ts';
import { AccountStore } from '../../src/accounts/account.store.ts';
import type { NewAccount, SignedInAccount } from '../../src/accounts/account.ts';
import { Accounts } from '../../src/accounts/accounts.ts';
import { InvitationStore } from '../../src/console/invitation.store.ts';
import { MemberStore } from '../../src/console/member.store.ts';
import { Members } from '../../src/console/members.ts';
import { newTotpSecret } from '../../src/crypto/account-secrets.ts';
import { generateKeyring, parseKeyring } from '../../src/crypto/keyring.ts';
import { ServiceKeys } from '../../src/crypto/service-keys.ts';
import { sha256 } from '../../src/crypto/sha256.ts';
import { fromBase32, totpOf, totpStep } from '../../src/crypto/totp.ts';
import { Database } from '../../src/database/database.ts';
import { REALMS, type Realm } from '../../src/domain/account.ts';
import { ACCOUNT_KEPT_DAYS } from '../../src/domain/console.ts';
import { FormLimits } from '../../src/http/form-limits.ts';
import type { ClosedDoor } from '../../src/journal/closed-door.ts';
import { Audit } from '../../src/operator/audit.ts';
import { RestoreStore } from '../../src/restore/restore.store.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { codeOf, wrongCodeFor } from '../support/desk.ts';
import { cheapOperatorSecrets } from '../support/operator-secrets.ts';

/** The rules of accounts, where two realms meet. The doors of the desk and of the console have tests of their own. */
let test: TestDatabase;
let source: DataSource;
let database: Database;
let accounts: Accounts;
let sessions: AccountSessions;
let members: Members;
let restored: RestoreStore;
/** What the journal was given. */
const doors: ClosedDoor[] = [];

const HERE = '192.0.2.1';
const ELSEWHERE = '198.51.100.7';
const IN_REALM = {
  desk: { realm: 'desk', role: 'supervisor' },
  console: { realm: 'console', role: null },
} as const satisfies Record<Realm, Pick<NewAccount, 'realm' | 'role'>>;
const other = (realm: Realm): Realm => (realm === 'desk' ? 'console' : 'desk');

/** A person whose password and authenticator are known. */
interface Person {
  realm: Realm;
  login: string;
  password: string;
  totpSecret: string;
}

beforeAll(async () => {
  test = await createTestDatabase();
  source = await new DataSource(dataSourceOptions(test.url)).initialize();
  const journal = { record: (closed: readonly ClosedDoor[]) => Promise.resolve(void doors.push(...closed)) };
  database = new Database(source, { sessionUrl: test.url, sharesSessions: false }, journal);
  const keys = new ServiceKeys(parseKeyring(generateKeyring()));
  const store = new AccountSessionStore(database);
  const limits = new FormLimits(database, keys);
  accounts = new Accounts(database, new AccountStore(database), store, keys, limits);
  sessions = new AccountSessions(database, store, limits, keys);
  const audit = new Audit(database, keys);
  members = new Members(database, new MemberStore(database), new InvitationStore(database), accounts, audit);
  restored = new RestoreStore(database);
});
afterAll(async () => {
  await source.destroy();
  await test.drop();
});
beforeEach(() => void doors.splice(0));

async function person(realm: Realm, login = `kim-${randomUUID().slice(0, 8)}`): Promise<Person> {
  const secrets = await cheapOperatorSecrets();
  await accounts.seed({ login, name: '김담당', ...IN_REALM[realm], ...secrets });
  return { realm, login, password: secrets.password, totpSecret: secrets.totpSecret };
}

const typedBy = (who: Person, changed: Partial<SignIn> = {}): SignIn => ({
  login: who.login,
  password: who.password,
  code: codeOf(who.totpSecret),
  address: HERE,
  ...changed,
});

/** Signs in, and forgets the time step, so that the present one-time password is right once more. */
async function signedIn(who: Person): Promise<{ account: SignedInAccount; digest: Buffer }> {
  const { account, digest } = await signIn(who);
  if (!account) throw new Error(`${who.login} was not signed in`);
  await forgetStep(account.id);
  return { account, digest };
}

async function signIn(who: Person, changed: Partial<SignIn> = {}, realm = who.realm) {
  const told: string[] = [];
  const digest = sha256(randomBytes(32).toString('base64url'));
  const account = await sessions.signIn(realm, typedBy(who, changed), undefined, () => digest, {
    accepted: (_session, { login }) => Promise.resolve(void told.push(`accepted ${login}`)),
    locked: () => Promise.resolve(void told.push('locked')),
  });
  return { account, digest, told };
}

const forgetStep = (id: string) => test.pool.query('UPDATE accounts SET totp_step = -1 WHERE id = $1', [id]);
const confirm = (account: SignedInAccount, who: Person, address = HERE, code = codeOf(who.totpSecret)) =>
  sessions.confirm(account, code, address);
async function rowOf(id: string): Promise<{ step: number; failures: number; here: number; places: number }> {
  const { rows } = await test.pool.query<{ step: number; failures: number; here: number; places: number }>(
    `SELECT totp_step::float8 AS step, failures,
       (SELECT coalesce(max(failures), 0) FROM account_addresses WHERE account_id = a.id) AS here,
       (SELECT count(*)::int FROM account_addresses WHERE account_id = a.id) AS places
     FROM accounts a WHERE id = $1`,
    [id],
  );
  return rows[0]!;
}

describe.each(REALMS)('an account of the %s', (realm) => {
  it('signs in with its password and its authenticator, and is told to the room that asked, with the session', async () => {
    const who = await person(realm);
    const { account, digest, told } = await signIn(who);
    expect(account).toMatchObject({ ...IN_REALM[realm], login: who.login, passwordIsInitial: false });
    expect(told).toEqual([`accepted ${who.login}`]);
    expect(await sessions.signedIn(realm, digest)).toEqual(account);
    await sessions.signOut(digest);
    expect(await sessions.signedIn(realm, digest)).toBeUndefined();
  });

  it('opens no session where the room that asked cannot record it', async () => {
    const who = await person(realm);
    const digest = randomBytes(32);
    const signing = sessions.signIn(realm, typedBy(who), undefined, () => digest, {
      accepted: () => Promise.reject(new Error('no audit')),
      locked: () => Promise.resolve(),
    });
    await expect(signing).rejects.toThrow('no audit');
    expect(await sessions.signedIn(realm, digest)).toBeUndefined();
    expect(doors).toEqual([]);
    expect((await signIn(who)).account).not.toBeNull();
  });

  it('is no account of the other realm: neither its session nor its password nor its login', async () => {
    const who = await person(realm);
    const { digest } = await signedIn(who);
    expect(await sessions.signedIn(other(realm), digest)).toBeUndefined();
    expect((await signIn(who, {}, other(realm))).account).toBeNull();
    expect(await database.transaction((session) => accounts.disable(session, other(realm), who.login))).toBeUndefined();
    expect((await accounts.list(other(realm))).map(({ login }) => login)).not.toContain(who.login);
    expect((await accounts.named(other(realm), [who.login])).size).toBe(0);
    expect(await sessions.signedIn(realm, digest)).toMatchObject({ login: who.login });
  });

  it('is not locked by failures at the same login of the other realm', async () => {
    const who = await person(realm);
    const namesake = await person(other(realm), who.login);
    const told: string[] = [];
    for (let time = 0; time < 5; time += 1) {
      told.push(...(await signIn(namesake, { code: wrongCodeFor(namesake.totpSecret) })).told);
    }
    expect(told).toEqual(['locked']);
    expect((await signIn(namesake)).account).toBeNull();
    expect((await signIn(who)).account).not.toBeNull();
  });

  it('is disabled with its sessions, which the journal keeps, and shows its name still', async () => {
    const who = await person(realm);
    const { account, digest } = await signedIn(who);
    const id = await database.transaction((session) => accounts.disable(session, realm, who.login));
    expect(id).toBe(account.id);
    expect(doors.at(-1)).toEqual({ door: 'operator_disabled', id });
    expect(await sessions.signedIn(realm, digest)).toBeUndefined();
    expect((await signIn(who)).account).toBeNull();
    expect((await accounts.find(realm, [account.id])).get(account.id)).toMatchObject({ login: who.login });
    expect((await accounts.find(other(realm), [account.id])).size).toBe(0);
  });

  it('chooses another password, which ends its other sessions', async () => {
    const who = await person(realm);
    const [here, there] = [await signedIn(who), await signedIn(who)];
    const typed = { present: who.password, chosen: 'a longer password', again: 'a longer password', address: HERE };
    const changes: string[] = [];
    const on = (digest: Buffer) => ({
      renewed: () => digest,
      changed: () => Promise.resolve(void changes.push(who.login)),
    });
    expect(await accounts.choosePassword(here.account, { ...typed, again: 'b' }, on(here.digest))).toBe('different');
    expect(await accounts.choosePassword(here.account, { ...typed, present: 'b' }, on(here.digest))).toBe('wrong');
    expect(changes).toEqual([]);
    const renewed = randomBytes(32);
    expect(await accounts.choosePassword(here.account, typed, on(renewed))).toBeNull();
    expect(changes).toEqual([who.login]);
    expect(await sessions.signedIn(realm, there.digest)).toBeUndefined();
    expect(await sessions.signedIn(realm, renewed)).toMatchObject({ login: who.login });
    expect((await signIn(who)).account).toBeNull();
    expect((await signIn({ ...who, password: typed.chosen })).account).not.toBeNull();
  });
});

describe.each(REALMS)('an authenticator of the realm %s', (realm) => {
  const change = (account: SignedInAccount, typed: Record<string, string>, digest = randomBytes(32)) => {
    const told: string[] = [];
    const fault = accounts.chooseAuthenticator(
      account,
      { present: '', old: '', code: '', totpSecret: '', address: HERE, ...typed },
      {
        renewed: () => digest,
        changed: () => Promise.resolve(void told.push('changed')),
        locked: () => Promise.resolve(void told.push('locked')),
      },
    );
    return fault.then((one) => ({ fault: one, told, digest }));
  };

  it('is replaced by one whose code is right, which ends the other sessions', async () => {
    const who = await person(realm);
    const [here, there] = [await signedIn(who), await signedIn(who)];
    const totpSecret = newTotpSecret();
    const right = { present: who.password, old: codeOf(who.totpSecret), totpSecret, code: codeOf(totpSecret) };
    const changed = await change(here.account, right);
    expect(changed).toMatchObject({ fault: null, told: ['changed'] });
    expect(await sessions.signedIn(realm, there.digest)).toBeUndefined();
    expect(await sessions.signedIn(realm, changed.digest)).toMatchObject({ login: who.login });

    // The code that proved the new one is spent; the old one serves no more.
    expect((await signIn({ ...who, totpSecret })).account).toBeNull();
    await forgetStep(here.account.id);
    expect((await signIn(who)).account).toBeNull();
    expect((await signIn({ ...who, totpSecret })).account).not.toBeNull();
  });

  it('stays where the password, the old code or the new code is wrong; a wrong new code and half an old one count nothing', async () => {
    const who = await person(realm);
    const { account, digest } = await signedIn(who);
    const totpSecret = newTotpSecret();
    const right = { present: who.password, old: codeOf(who.totpSecret), totpSecret, code: codeOf(totpSecret) };
    for (let time = 0; time < 3; time += 1) {
      const wrongNew = await change(account, { ...right, code: wrongCodeFor(totpSecret) });
      expect(wrongNew).toMatchObject({ fault: 'code', told: [] });
    }
    expect(await change(account, { ...right, totpSecret: 'NOT-A-SECRET' })).toMatchObject({ fault: 'code' });
    for (const old of ['', '12345', 'a code'])
      expect(await change(account, { ...right, old })).toMatchObject({ fault: 'wrong', told: [] });
    const old = wrongCodeFor(who.totpSecret);
    for (const wrong of [{ present: 'another' }, { old }, { old }, { present: '' }]) {
      expect(await change(account, { ...right, ...wrong })).toMatchObject({ fault: 'wrong', told: [] });
    }
    const fifth = await change(account, { ...right, present: 'another' });
    expect(fifth).toMatchObject({ fault: 'wrong', told: ['locked'] });
    expect(await change(account, right)).toMatchObject({ fault: 'wrong', told: [] });
    expect(await sessions.signedIn(realm, digest)).toMatchObject({ login: who.login });
  });

  it('lets one of many succeed that change it at once with the same code', async () => {
    const who = await person(realm);
    const { account } = await signedIn(who);
    const changes = await Promise.all(
      Array.from({ length: 4 }, () => {
        const totpSecret = newTotpSecret();
        const right = { present: who.password, old: codeOf(who.totpSecret), totpSecret, code: codeOf(totpSecret) };
        return change(account, right);
      }),
    );
    expect(changes.filter(({ fault }) => fault === null)).toHaveLength(1);
  });
});

describe('an account of the console that is a member of nothing', () => {
  const DAYS = ACCOUNT_KEPT_DAYS;
  const logins = async (...all: Person[]) => {
    const named = await accounts.named(
      'console',
      all.map(({ login }) => login),
    );
    return all.map(({ login }) => named.has(login));
  };
  /** Makes a person a member, who was so until these days ago; null for one who still is. */
  const memberUntil = async (who: Person, days: number | null) => {
    const values = [randomUUID(), who.login, days];
    await test.pool.query(
      `INSERT INTO console_members (id, client_id, account_id, role, ended_at)
        SELECT $1, (SELECT id FROM clients ORDER BY client_id LIMIT 1), a.id, 'viewer', now() - make_interval(days => $3::int)
        FROM accounts a WHERE a.login = $2`,
      values,
    );
  };
  const age = (who: Person, column: 'created_at' | 'disabled_at', days: number) =>
    test.pool.query(`UPDATE accounts SET ${column} = now() - make_interval(days => $2::int) WHERE login = $1`, [
      who.login,
      days,
    ]);

  it('is deleted with its sessions after its time, and no other account is', async () => {
    const [left, lately, member, fresh, disabled, operator] = [
      await person('console'),
      await person('console'),
      await person('console'),
      await person('console'),
      await person('console'),
      await person('desk'),
    ];
    const { digest } = await signedIn(left);
    for (const one of [left, lately, member, operator]) await age(one, 'created_at', DAYS + 300);
    await memberUntil(left, DAYS + 1);
    await memberUntil(lately, DAYS - 1);
    await memberUntil(member, DAYS + 1);
    await memberUntil(member, null);
    await memberUntil(disabled, null);
    await age(disabled, 'disabled_at', DAYS + 1);
    expect(await members.purgeAccounts()).toBe(false);
    expect(await logins(left, lately, member, fresh, disabled)).toEqual([false, true, true, true, false]);
    expect(await sessions.signedIn('console', digest)).toBeUndefined();
    expect((await signIn(operator)).account).not.toBeNull();
  });

  it('stays where the person accepts an invitation at the same moment', async () => {
    const back = await person('console');
    await age(back, 'created_at', DAYS + 1);
    const session = await test.pool.connect();
    await session.query('BEGIN');
    await session.query('SELECT 1 FROM accounts WHERE login = $1 FOR KEY SHARE', [back.login]);
    await members.purgeAccounts();
    await session.query('ROLLBACK');
    session.release();
    expect(await logins(back)).toEqual([true]);
    await members.purgeAccounts();
    expect(await logins(back)).toEqual([false]);
  });
});

describe('a confirmation within a session', () => {
  it('takes the present one-time password once, which the journal keeps', async () => {
    const who = await person('console');
    const { account } = await signedIn(who);
    doors.splice(0);
    const code = codeOf(who.totpSecret);
    expect(await confirm(account, who, HERE, code)).toBe(true);
    expect(doors).toEqual([{ door: 'operator_step_used', id: account.id, step: (await rowOf(account.id)).step }]);
    expect(await confirm(account, who, HERE, code)).toBe(false);
    expect(doors).toHaveLength(1);
  });

  it('lets one of many succeed that come at once with the same one-time password', async () => {
    const who = await person('console');
    const { account } = await signedIn(who);
    const code = codeOf(who.totpSecret);
    const confirmed = await Promise.all(Array.from({ length: 4 }, () => confirm(account, who, HERE, code)));
    expect(confirmed.filter(Boolean)).toHaveLength(1);
    expect(doors.filter(({ door }) => door === 'operator_step_used')).toHaveLength(2);
  });

  it('takes no one-time password with which the person signed in, and a sign-in none that confirmed', async () => {
    const [one, two] = [await person('console'), await person('console')];
    const second = await signedIn(two);
    const codes = [codeOf(one.totpSecret), codeOf(two.totpSecret)] as const;
    const { account } = await signIn(one, { code: codes[0] });
    expect(await confirm(account!, one, HERE, codes[0])).toBe(false);
    expect(await confirm(second.account, two, HERE, codes[1])).toBe(true);
    expect((await signIn(two, { code: codes[1] })).account).toBeNull();
  });

  it('lets a sign-in or a confirmation succeed with one one-time password, never both', async () => {
    const who = await person('console');
    const { account } = await signedIn(who);
    const code = codeOf(who.totpSecret);
    const [confirmed, begun] = await Promise.all([confirm(account, who, HERE, code), signIn(who, { code })]);
    expect([confirmed, begun.account !== null].filter(Boolean)).toHaveLength(1);
  });

  it.each([
    ['from where the person signed in', HERE],
    ['from elsewhere', ELSEWHERE],
  ])('counts wrong ones %s, and locks there as a sign-in does', async (_where, address) => {
    const who = await person('console');
    const { account } = await signedIn(who);
    let locked = 0;
    for (let time = 0; time < 6; time += 1) {
      const wrong = sessions.confirm(account, wrongCodeFor(who.totpSecret), address, () => {
        locked += 1;
        return Promise.resolve();
      });
      expect(await wrong).toBe(false);
    }
    expect(locked).toBe(1);
    expect(await confirm(account, who, address)).toBe(false);
    expect(await rowOf(account.id)).toMatchObject({ step: -1, places: 1 });
    expect((await signIn(who, { address })).account).toBeNull();
    // Where nothing failed, the person goes on.
    expect(await confirm(account, who, address === HERE ? ELSEWHERE : HERE)).toBe(true);
  });

  it('forgets the failures where it succeeds, and makes no address familiar', async () => {
    const who = await person('console');
    const { account } = await signedIn(who);
    for (const address of [HERE, ELSEWHERE]) {
      for (let time = 0; time < 3; time += 1) {
        expect(await sessions.confirm(account, wrongCodeFor(who.totpSecret), address)).toBe(false);
      }
    }
    expect(await rowOf(account.id)).toMatchObject({ failures: 3, here: 3, places: 1 });
    expect(await confirm(account, who, ELSEWHERE)).toBe(true);
    expect(await rowOf(account.id)).toMatchObject({ failures: 0, here: 3, places: 1 });
    await forgetStep(account.id);
    expect(await confirm(account, who)).toBe(true);
    expect(await rowOf(account.id)).toMatchObject({ failures: 0, here: 0, places: 1 });
  });

  it('is refused to an account that was disabled in between', async () => {
    const who = await person('console');
    const { account } = await signedIn(who);
    await database.transaction((session) => accounts.disable(session, 'console', who.login));
    expect(await confirm(account, who)).toBe(false);
    expect(await rowOf(account.id)).toMatchObject({ step: -1, failures: 0, here: 0 });
  });
});

describe('an account that its owner opens', () => {
  const CHOSEN = { chosen: '오래된 나무 아래 벤치 하나', again: '오래된 나무 아래 벤치 하나' };

  async function proven(totpSecret = newTotpSecret()) {
    const result = await accounts.prove({ ...CHOSEN, totpSecret, code: codeOf(totpSecret) });
    if (!('proven' in result)) throw new Error(result.fault);
    return result.proven;
  }
  const create = async (login: string, secrets: Awaited<ReturnType<typeof proven>>) =>
    database.transaction((session) =>
      accounts.create(session, { realm: 'console', login, name: '박담당', ...secrets }),
    );

  it('signs in with what its owner chose, but not with the one-time password that proved the authenticator', async () => {
    const totpSecret = newTotpSecret();
    const login = `own-${randomUUID().slice(0, 8)}`;
    const secrets = await proven(totpSecret);
    expect(JSON.stringify(secrets)).not.toContain(CHOSEN.chosen);
    const id = await create(login, secrets);
    const who: Person = { realm: 'console', login, password: CHOSEN.chosen, totpSecret };
    const code = totpOf(fromBase32(totpSecret), secrets.totpStep);
    expect((await signIn(who, { code })).account).toBeNull();
    expect((await rowOf(id!)).step).toBe(secrets.totpStep);
    const next = totpOf(fromBase32(totpSecret), Math.max(secrets.totpStep + 1, totpStep(new Date())));
    expect((await signIn(who, { code: next })).account).toMatchObject({ id, role: null, passwordIsInitial: false });
  });

  it('belongs to one of two people who take a login at once, and to each in a realm of their own', async () => {
    const login = `own-${randomUUID().slice(0, 8)}`;
    await person('desk', login);
    const secrets = await proven();
    const ids = await Promise.all([create(login, secrets), create(login, secrets)]);
    expect(ids.filter((id) => id !== undefined)).toHaveLength(1);
    expect(await create(login, secrets)).toBeUndefined();
    await expect(create('No Login', secrets)).rejects.toMatchObject({ code: 'invalid_request' });
  });

  it.each<[string, Partial<Record<'chosen' | 'again' | 'code' | 'totpSecret', string>>, string]>([
    ['a short password', { chosen: '짧은 암호', again: '짧은 암호' }, 'short'],
    ['an endless password', { chosen: 'x'.repeat(201), again: 'x'.repeat(201) }, 'long'],
    ['two passwords', { again: '오래된 나무 아래 벤치 둘' }, 'different'],
    ['a wrong one-time password', { code: '' }, 'code'],
    ['a secret that the service does not make', { totpSecret: 'AAAA' }, 'code'],
    ['a secret that no authenticator takes', { totpSecret: 'not Base32' }, 'code'],
  ])('is not opened with %s', async (_case, typed, fault) => {
    const totpSecret = newTotpSecret();
    expect(await accounts.prove({ ...CHOSEN, totpSecret, code: codeOf(totpSecret), ...typed })).toEqual({ fault });
  });

  it('gets a password and an authenticator from the service where an administrator opens it', async () => {
    const login = `given-${randomUUID().slice(0, 8)}`;
    const { password, totpUri } = await accounts.add(database, { realm: 'console', role: null, login, name: '이담당' });
    const totpSecret = new URL(totpUri).searchParams.get('secret') ?? '';
    const { account } = await signIn({ realm: 'console', login, password, totpSecret });
    expect(account).toMatchObject({ login, passwordIsInitial: true });
    const again = accounts.add(database, { realm: 'console', role: null, login, name: '이담당' });
    await expect(again).rejects.toMatchObject({ code: 'invalid_request' });
  });

  it('has a role at the desk and none in the console, also for a program that writes into the table', async () => {
    const insert = (realm: string, role: string | null) =>
      test.pool.query(
        `INSERT INTO accounts (id, realm, login, name, role, password, password_is_initial, totp_secret)
         VALUES ($1, $2, $3, 'x', $4, 'x', false, 'x')`,
        [randomUUID(), realm, `by-${randomUUID().slice(0, 8)}`, role],
      );
    await expect(insert('desk', null)).rejects.toThrow('account_has_a_role_at_the_desk');
    await expect(insert('console', 'supervisor')).rejects.toThrow('account_has_a_role_at_the_desk');
    await expect(insert('desk', 'owner')).rejects.toThrow('accounts_role_check');
    await expect(insert('elsewhere', null)).rejects.toThrow('accounts_realm_check');
  });
});

describe.each(REALMS)('an account of the %s in a database that was put back', (realm) => {
  it('is closed as far as the journal says: its used step, its disabling, and every session', async () => {
    const [active, disabled] = [await person(realm), await person(realm)];
    const [one, two] = [await signedIn(active), await signedIn(disabled)];
    doors.splice(0);
    const code = codeOf(active.totpSecret);
    expect(await confirm(one.account, active, HERE, code)).toBe(true);
    await database.transaction((session) => accounts.disable(session, realm, disabled.login));
    // As they were in the backup.
    await forgetStep(one.account.id);
    await test.pool.query('UPDATE accounts SET disabled_at = NULL WHERE id = $1', [two.account.id]);
    await test.pool.query('INSERT INTO account_sessions (digest, account_id) VALUES ($1, $2)', [
      two.digest,
      two.account.id,
    ]);

    const used = doors.filter((one) => one.door === 'operator_step_used');
    const ended = doors.filter((one) => one.door === 'operator_disabled').map(({ id }) => id);
    const [ids, steps] = [used.map(({ id }) => id), used.map(({ step }) => step)];
    await database.transaction(async (session) => {
      expect(await restored.spendAccountSteps(session, ids, steps)).toBe(1);
      expect(await restored.disableAccounts(session, ended)).toBe(1);
    });
    expect(await confirm(one.account, active, HERE, code)).toBe(false);
    expect((await signIn(disabled)).account).toBeNull();

    await forgetStep(one.account.id);
    const voided = await restored.voidShortLived((work) => database.transaction(work));
    expect(voided.get('sessions of desk and console')).toBeGreaterThanOrEqual(2);
    expect(await sessions.signedIn(realm, one.digest)).toBeUndefined();
    // What was accepted after the backup may still be the present one.
    expect(await confirm(one.account, active)).toBe(false);
  });
});
