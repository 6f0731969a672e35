import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Then } from '@cucumber/cucumber';
import { expect } from '@jest/globals';
import { Ajv, type ValidateFunction } from 'ajv';
import { parse } from 'yaml';
import { RELEASES } from '../releases.ts';
import { notificationOf } from './notifications.ts';
import type { CamaraWorld } from './world.ts';

// The status, which refusals repeat in their body.

Then(/^the response status code is "?(\d+)"?$/, async function (this: CamaraWorld, status: string) {
  expect((await this.answer()).status).toBe(Number(status));
});

Then(/^the response property "\$\.status" is (\d+)$/, async function (this: CamaraWorld, status: string) {
  const answer = await this.answer();
  expect(answer.status).toBe(Number(status));
  // An answer that is no refusal has no such member, and one of the files means the status of HTTP by it.
  if (answer.status >= 400) expect(answer.body['status']).toBe(Number(status));
});

// Headers.

Then(/^the response header "Content-Type" is "([^"]+)"$/, async function (this: CamaraWorld, type: string) {
  expect((await this.answer()).headers.get('content-type')?.split(';')[0]).toBe(type);
});

Then(
  /^the response header "([^"]+)" has same value as the request header "([^"]+)"$/,
  async function (this: CamaraWorld, name: string, sent: string) {
    expect((await this.answer()).headers.get(name)).toBe(this.headers.get(sent));
  },
);

// Members of the body.

/** The sentence about a member of the answer. `$.status` has its own. */
function member(rest: string): RegExp {
  return new RegExp(
    String.raw`^the (?:value of )?response (?:contains )?(?:the )?property "\$\.(?!status")(\w+)"${rest}$`,
  );
}

Then(
  member(' (?:is|is equal to) "([^"]+)"(?: or "([^"]+)")?'),
  async function (this: CamaraWorld, name: string, value: string, other: string | null) {
    // The file about subscriptions calls the last notification a response too.
    const { body } = await this.answer();
    const told = notificationOf(this)?.event.data ?? {};
    expect([value, other ?? value]).toContain(name in body ? body[name] : told[name]);
  },
);

Then(member(' (?:is|==) (true|false|null)'), async function (this: CamaraWorld, name: string, value: string) {
  expect((await this.answer()).body[name]).toBe(JSON.parse(value));
});

Then(member(''), async function (this: CamaraWorld, name: string) {
  expect((await this.answer()).body).toHaveProperty(name);
});

Then(member(' contains a user friendly text'), async function (this: CamaraWorld, name: string) {
  expect((await this.answer()).body[name]).toMatch(/^[A-Z/].{9,511}$/s);
});

Then(member(' contains a valid timestamp'), async function (this: CamaraWorld, name: string) {
  const value = (await this.answer()).body[name] as string;
  expect(value).toMatch(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/);
  const expected = Date.now() - this.changedHoursAgo * 3_600_000;
  expect(Math.abs(Date.parse(value) - expected)).toBeLessThan(600_000);
});

Then(member(' whose value is one of (\\[.+\\])'), async function (this: CamaraWorld, name: string, values: string) {
  expect(JSON.parse(values)).toContain((await this.answer()).body[name]);
});

Then(
  /^if the response contains property "\$\.(\w+)", the value is one of (\[.+\])$/,
  async function (this: CamaraWorld, name: string, values: string) {
    const { body } = await this.answer();
    if (name in body) expect(JSON.parse(values)).toContain(body[name]);
  },
);

Then(
  /^the response optionally contains the property "\$\.(\w+)" with the value of monitored time frame \(in days\) supported by the MNO$/,
  async function (this: CamaraWorld, name: string) {
    expect((await this.answer()).body[name]).toBe(730);
  },
);

Then(/^the correspondent score property, if exists, is not returned$/, async function (this: CamaraWorld) {
  expect(Object.keys((await this.answer()).body).filter((name) => name.endsWith('Score'))).toEqual([]);
});

// Schemas of the API's own OpenAPI document.

Then(
  /^the response body complies with the OAS schema at "#?(\/[^"]+)"$/,
  async function (this: CamaraWorld, pointer: string) {
    const check = schemaAt(this.resource, pointer);
    expect([check((await this.answer()).body), check.errors]).toEqual([true, null]);
  },
);

Then(
  /^if the response contains property "\$\.(\w+)", the value is compliant with OAS schema at "#?(\/[^"]+)"$/,
  async function (this: CamaraWorld, name: string, pointer: string) {
    const { body } = await this.answer();
    if (name in body) expect(schemaAt(this.resource, pointer)(body[name])).toBe(true);
  },
);

const documents = new Map<string, Ajv>();

/** The schema at a JSON pointer of the document of the API that has this resource. */
export function schemaAt(resource: string, pointer: string): ValidateFunction {
  const api = resource.split('/')[1] ?? '';
  let ajv = documents.get(api);
  if (!ajv) {
    const document = parse(readFileSync(documentOf(api), 'utf8')) as { components: object };
    // Formats are judged by the sentences that name them.
    ajv = new Ajv({ strict: false, validateFormats: false }).addSchema({ $id: api, components: document.components });
    documents.set(api, ajv);
  }
  const check = ajv.getSchema(`${api}#${pointer}`);
  if (!check) throw new Error(`${api} has no ${pointer}`);
  return check as ValidateFunction;
}

function documentOf(api: string): string {
  const name = `API_definitions/${api}.yaml`;
  const repository = RELEASES.find(({ files }) => name in files)?.repository;
  if (!repository) throw new Error(`no release has ${name}`);
  return join(process.env['CAMARA_FEATURES'] ?? '', repository, 'code', name);
}
