import { describe, expect, it } from '@jest/globals';
import { getMetadataStorage } from 'class-validator';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Environment, readEnvironment } from '../../config/environment.ts';

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
/** Variables whose values are secret: the service takes them from files here. */
const SECRETS = [
  'DATABASE_URL',
  'MIGRATION_DATABASE_URL',
  'QUEUE_DATABASE_URL',
  'KEYRING',
  'FCM_SERVICE_ACCOUNT',
  'APNS_KEY',
  'SMPP_URL',
  'CARRIER_DIRECTORY_TOKEN',
];

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

  it('the schema of the chart is JSON and refuses every secret in `config`', () => {
    const schema = JSON.parse(read('helm/pushguard/values.schema.json')) as {
      properties: object;
      definitions: { variables: { not: { anyOf: { required: string[] }[] } } };
    };
    expect(schema.definitions.variables.not.anyOf.flatMap(({ required }) => required).sort()).toEqual(
      [...SECRETS].sort(),
    );
    const values = matchesOf(VALUES, /^([a-zA-Z]+):/gm);
    expect(
      Object.keys(schema.properties)
        .filter((name) => name !== 'global')
        .sort(),
    ).toEqual([...values].sort());
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
