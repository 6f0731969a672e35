import { describe, expect, it } from '@jest/globals';
import { getMetadataStorage } from 'class-validator';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Environment, readEnvironment, secretFiles } from '../../config/environment.ts';

const DEPLOY = join(import.meta.dirname, '../../config/deploy');
const filesBelow = (folder: string): string[] =>
  readdirSync(join(DEPLOY, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
const read = (path: string) => readFileSync(join(DEPLOY, path), 'utf8');

const COMPOSE = read('compose/compose.yaml');
const UNITS = ['migrate', 'api@', 'worker@'].map((name) => ({
  name,
  text: read(`systemd/pushguard-${name}.service`),
}));
const UNIT_SETTINGS = read('systemd/pushguard.env');
const CHART = filesBelow('helm').map((path) => readFileSync(path, 'utf8'));
const HELPERS = read('helm/pushguard/templates/_helpers.tpl');
const VALUES = read('helm/pushguard/values.yaml');

const VARIABLES = new Set(
  getMetadataStorage()
    .getTargetValidationMetadatas(Environment, '', false, false)
    .map(({ propertyName }) => propertyName),
);
/** With `NAME_FILE`, the value of `NAME` is read from a file. */
const bare = (name: string) => (VARIABLES.has(name) ? name : name.replace(/_FILE$/, ''));
const SCHEMA = JSON.parse(read('helm/pushguard/values.schema.json')) as {
  properties: object;
  definitions: { secret: { enum: string[] } };
};
/** Variables whose values are secret: the service takes them from files here, and the chart refuses them as settings. */
const SECRETS = SCHEMA.definitions.secret.enum;
/** Secrets that a running process reads again from their files. */
const RENEWABLE = [...secretFiles(Object.fromEntries([...VARIABLES].map((name) => [`${name}_FILE`, 'x']))).keys()];

const matchesOf = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, name = '']) => name);
/** Names that are given a value; those of other programs' images have a prefix of their own. */
const GIVEN: Record<string, string[]> = {
  'the Compose file': matchesOf(COMPOSE, /^ {2,}([A-Z][A-Z0-9_]+):/gm).filter((name) => !/^(POSTGRES|GF)_/.test(name)),
  units: [
    ...UNITS.flatMap(({ text }) => matchesOf(text, /^Environment=([A-Z][A-Z0-9_]*)=/gm)),
    ...matchesOf(UNIT_SETTINGS, /^([A-Z][A-Z0-9_]*)=/gm),
  ],
  'the chart': CHART.flatMap((text) => [
    ...matchesOf(text, /^ *- name: ([A-Z][A-Z0-9_]+)$/gm),
    ...matchesOf(text, /^ {2}([A-Z][A-Z0-9_]+):/gm),
    ...matchesOf(text, /[[,-] *([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+|KEYRING)(?=[,\]\n])/g),
  ]),
};

describe('What config/deploy/ gives to the service', () => {
  it.each(Object.keys(GIVEN))('every variable of %s is one that the service knows', (place) => {
    const names = [...new Set(GIVEN[place])];
    expect(names.length).toBeGreaterThan(8);
    expect(names.filter((name) => !VARIABLES.has(bare(name)))).toEqual([]);
  });

  it('no secret stands in a file', () => {
    for (const text of [COMPOSE, ...CHART, UNIT_SETTINGS, ...UNITS.map((unit) => unit.text)]) {
      const lines = text.split('\n').filter((line) => !line.trimStart().startsWith('#'));
      for (const name of SECRETS)
        expect(lines.filter((line) => new RegExp(`\\b${name}(:|=) *['"]?[^\\s'"]`).test(line))).toEqual([]);
    }
    const given = [...(GIVEN['the Compose file'] ?? []), ...(GIVEN['units'] ?? [])];
    expect(given.filter((name) => SECRETS.includes(name))).toEqual([]);
  });

  it('every variable that is named as a secret is one that the chart refuses, and its values are those of the schema', () => {
    const named = [...VARIABLES].filter((name) =>
      /(SECRET|TOKEN|_KEY|KEYRING|ACCOUNT|PASSWORD|DATABASE_URL|DATABASE_READ_URL|SMPP_URL)$/.test(name),
    );
    // The receiver of traces is read by OpenTelemetry itself.
    expect(SECRETS.filter((name) => !name.startsWith('OTEL_')).sort()).toEqual(named.sort());
    const values = matchesOf(VALUES, /^([a-zA-Z]+):/gm);
    expect(
      Object.keys(SCHEMA.properties)
        .filter((name) => name !== 'global')
        .sort(),
    ).toEqual([...values].sort());
  });

  it('what running processes read again is in a place that changes under them, or is said to need a restart', () => {
    const notes = read('helm/pushguard/templates/NOTES.txt');
    const listed = /\$read := list (.*) \}\}/.exec(notes)?.[1]?.match(/\w+/g);
    expect(listed?.sort()).toEqual([...RENEWABLE].sort());
    // A file that is mounted alone stays the one that was replaced.
    const files = [...COMPOSE.matchAll(/^ {2}(\w+)_FILE: (\S+)$/gm)].map(([, name = '', path = '']) => ({
      name,
      path,
    }));
    const renewed = files.filter(({ name }) => RENEWABLE.some((one) => one === name));
    expect(renewed.length).toBeGreaterThan(3);
    for (const { path } of renewed) expect(path).toMatch(/^\/run\/secrets\/service\/\w+$/);
    const mounts = matchesOf(COMPOSE, /^ +volumes: \['(\.\/secrets\/service:[^']+)'.*\]$/gm);
    expect(mounts).toEqual([
      ...['./secrets/service:/run/secrets/service:ro', './secrets/service:/run/secrets/service:ro'],
      './secrets/service:/run/secrets/service',
    ]);
  });

  it('a process that stops is left the time that it takes', () => {
    const STOPPING = 25;
    const draining = (text: string) => Number(/^ *DRAIN_SECONDS[=:] ?(\d+)$/m.exec(text)?.[1]);
    const grace = Number(/^ {2}stop_grace_period: (\d+)s$/m.exec(COMPOSE)?.[1]);
    expect(grace - draining(COMPOSE)).toBeGreaterThan(STOPPING);
    for (const { name, text } of UNITS.filter((unit) => unit.name !== 'migrate')) {
      const timeout = Number(/^TimeoutStopSec=(\d+)$/m.exec(text)?.[1]);
      expect([name, timeout - draining(UNIT_SETTINGS) > STOPPING]).toEqual([name, true]);
    }
    // The proxy has to notice before the port is closed.
    const [inter, fall] = /check inter (\d)s fall (\d)/.exec(read('compose/haproxy.cfg'))?.slice(1).map(Number) ?? [];
    expect(draining(COMPOSE)).toBeGreaterThan(inter! * fall!);
  });

  it('the migration alone is given the role that owns the tables', () => {
    const holders = UNITS.filter(({ text }) => text.includes('MIGRATION_DATABASE_URL')).map(({ name }) => name);
    expect(holders).toEqual(['migrate']);
    const services = COMPOSE.slice(COMPOSE.indexOf('\nservices:'), COMPOSE.indexOf('\nnetworks:')).split(
      /\n {2}(?=\w)/,
    );
    expect(services.filter((one) => one.includes('migration_database_url')).map((one) => one.split(':')[0])).toEqual([
      'migrate',
    ]);
    expect(HELPERS).toContain('{{- if eq $role "migrate" }}\n- name: MIGRATION_DATABASE_URL_FILE');
  });

  it('the ports are those of the image, and the management port is published nowhere', () => {
    const image = readFileSync(join(DEPLOY, '../../Dockerfile'), 'utf8');
    const [port, management] = /PORT=(\d+) MANAGEMENT_PORT=(\d+)/.exec(image)?.slice(1) ?? [];
    expect(image).toContain(`EXPOSE ${port} ${management}`);
    expect(read('compose/haproxy.cfg')).toContain(`api:${port} `);
    expect(read('compose/observability/prometheus.yml')).toContain(`port: ${management}`);
    expect(matchesOf(HELPERS, /containerPort: (\d+)/g)).toEqual([port, management]);
    expect(matchesOf(COMPOSE, /^ +- ['"]?\S*:(\d+)['"]?$/gm)).not.toContain(management);
  });

  it('the settings of the units and of Compose, with secrets beside them, are accepted', () => {
    const settings = (text: string) =>
      Object.fromEntries([...text.matchAll(/^([A-Z][A-Z0-9_]*)=(.*)$/gm)].map(([, name = '', value]) => [name, value]));
    const accepted = (given: Record<string, string | undefined>) => readEnvironment({ ...given, NODE_ENV: 'test' });
    expect(accepted(settings(UNIT_SETTINGS)).ISSUER).toBe('https://push.example.kr');
    const compose = settings(read('compose/example.env'));
    delete compose['PUSHGUARD_IMAGE'];
    expect(accepted(compose).APNS_TOPIC).toBe('kr.example.pushguard');
  });

  it('an image says its commit, and one that was built without it starts as well', () => {
    const image = readFileSync(join(DEPLOY, '../../Dockerfile'), 'utf8');
    expect(image).toMatch(/^ARG REVISION=(.*)\n(?:.*\n)*ENV .*\bBUILD_COMMIT=\$REVISION$/m);
    const unset = /^ARG REVISION=(.*)$/m.exec(image)?.[1];
    expect(readEnvironment({ NODE_ENV: 'test', BUILD_COMMIT: unset }).BUILD_COMMIT).toBeUndefined();
  });

  it('the base image runs as a number, so that an orchestrator can tell that it is not root', () => {
    expect(readFileSync(join(DEPLOY, '../../Dockerfile'), 'utf8')).toMatch(/^USER [1-9]\d*:[1-9]\d*$/m);
  });

  it('every action of a workflow is pinned by its commit', () => {
    const folder = join(DEPLOY, '../../.github/workflows');
    const workflows = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'));
    const used = workflows.flatMap((text) => matchesOf(text, /^\s*-?\s*uses: (.*)$/gm));
    expect(used.length).toBeGreaterThan(4);
    expect(used.filter((one) => !/^[\w-]+\/[\w/-]+@[0-9a-f]{40} # v\d/.test(one))).toEqual([]);
    for (const text of workflows) expect(text).toMatch(/^permissions: \{\}$/m);
  });
});
