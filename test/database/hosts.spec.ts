import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomInt } from 'node:crypto';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import pg from 'pg';
import { DatabaseAddress } from '../../src/database/database-address.ts';
import { DurablePostgres } from '../support/durable-postgres.ts';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/free-port.ts';
import { startProcess, TestService } from '../support/service.ts';

const portOf = ({ url }: DurablePostgres) => new URL(url).port;
const [ROLE, PASSWORD] = ['several_hosts', 'p@ss/word'];

/** The same login on every host, as on the nodes of a cluster. */
async function addLogin({ pool }: DurablePostgres): Promise<void> {
  await pool.query(`CREATE ROLE ${ROLE} SUPERUSER LOGIN PASSWORD '${PASSWORD}'`);
}

/** As a standby does, the host refuses to write. */
async function makeReadOnly({ pool }: DurablePostgres, value: 'on' | 'off'): Promise<void> {
  await pool.query(`ALTER SYSTEM SET default_transaction_read_only = ${value}`);
  await pool.query('SELECT pg_reload_conf()');
  await eventually(`read-only ${value}`, async () => {
    const { rows } = await pool.query<{ now: string }>(
      `SELECT current_setting('default_transaction_read_only') AS now`,
    );
    return rows[0]?.now === value;
  });
}

describe('several hosts in DATABASE_URL', () => {
  let one: DurablePostgres;
  let two: DurablePostgres;
  let silent: Server;
  const unanswered: Socket[] = [];
  let hosts: string[];

  const urlOf = (names: readonly string[], parameters: string) =>
    `postgres://${ROLE}:${encodeURIComponent(PASSWORD)}@${names.join(',')}/pushguard${parameters}`;

  beforeAll(async () => {
    [one, two] = await Promise.all([DurablePostgres.start(), DurablePostgres.start()]);
    await Promise.all([addLogin(one), addLogin(two)]);
    silent = createServer((socket) => unanswered.push(socket.on('error', () => undefined)));
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    // One host refuses connections, and one accepts them and says nothing.
    const dead = [await freePort(), (silent.address() as AddressInfo).port];
    hosts = [...dead, portOf(one), portOf(two)].map((port) => `127.0.0.1:${port}`);
  });
  afterAll(async () => {
    await Promise.all([one.drop(), two.drop()]);
    for (const socket of unanswered) socket.destroy();
    await new Promise((resolve) => silent.close(resolve));
  });

  it.each([
    ['any', '', () => portOf(one)],
    ['read-write', '?target_session_attrs=read-write', () => portOf(two)],
    ['read-only', '?target_session_attrs=read-only', () => portOf(one)],
    ['primary', '?application_name=x&target_session_attrs=primary', () => portOf(one)],
    ['prefer-standby', '?target_session_attrs=prefer-standby', () => portOf(one)],
  ])('a connection for %s leads to the first host that is that', async (_what, parameters, expected) => {
    await makeReadOnly(one, 'on');
    try {
      const host = await new DatabaseAddress(urlOf(hosts, parameters)).choose();
      expect(String(host.port)).toBe(expected());
      const client = new pg.Client({ connectionString: host.url });
      await client.connect();
      await client.end();
    } finally {
      await makeReadOnly(one, 'off');
    }
  });

  it('hosts may stand in the parameters, as for libpq', async () => {
    const [names, ports] = [hosts.map(() => '127.0.0.1'), hosts.map((host) => host.split(':')[1])];
    const url = urlOf([''], `?host=${names.join(',')}&port=${ports.join(',')}`);
    expect(String((await new DatabaseAddress(url).choose()).port)).toBe(portOf(one));
  });

  it('one host in the URL stays as it is, and other parameters are kept', () => {
    const url = 'postgres://role:word@host:1234/name?sslmode=disable';
    const address = new DatabaseAddress(url);
    expect([address.url, address.isChoice]).toEqual([url, false]);
    expect(() => new DatabaseAddress(`${url}&target_session_attrs=master`)).toThrow(/target_session_attrs must be one/);
  });

  it('where no host will do, the error says what each one answered, and no password', async () => {
    const choice = new DatabaseAddress(urlOf(hosts, '?target_session_attrs=standby')).choose();
    await expect(choice).rejects.toThrow(/^no host of the database is standby: .*ECONNREFUSED.*is not standby/);
    await expect(choice).rejects.not.toThrow(/p%40ss|p@ss/);
  });

  it('the service goes on at the other host when the one that it wrote to becomes a standby', async () => {
    await makeReadOnly(two, 'on');
    const service = await TestService.start(
      { DATABASE_URL: urlOf(hosts, '?target_session_attrs=read-write'), PORT: String(await freePort()) },
      one,
    );
    try {
      // The other host has the same tables and clients.
      await makeReadOnly(two, 'off');
      const seeded = await startProcess({ ...service.env, PORT: '0', DATABASE_URL: urlOf([hosts[3]!], '') });
      await seeded.stop();
      const starts = async () => {
        const phoneNumber = `010${randomInt(1e7, 1e8)}`;
        const person = { phoneNumber, birthDate: '900101', genderDigit: '1' };
        const { status } = await service.start(person).catch(() => ({ status: 0 }));
        return status === 201;
      };
      expect(await starts()).toBe(true);
      await makeReadOnly(one, 'on');
      await eventually('a start at the other host', starts);
      const written = await two.pool.query('SELECT FROM authentications');
      expect(written.rowCount).toBeGreaterThan(0);
    } finally {
      await makeReadOnly(one, 'off');
      await service.process.stop();
      await Promise.all([service.fcm.close(), service.apns.close(), service.smsc.close()]);
    }
  });
});
