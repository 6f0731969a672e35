import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Context, useContext } from './context.ts';
import { NOT_APPLICABLE, notApplicable } from './not-applicable.ts';
import { pinnedFiles, RELEASES } from './releases.ts';
import { runScenarios, type Outcome } from './run-scenarios.ts';
import { keyOf, scenariosIn, type Scenario } from './scenario.ts';

/**
 * CAMARA's scenarios, run by cucumber-js against one service. `CAMARA_FEATURES` names the folder with CAMARA's repositories
 * (releases.ts); without it, the scenarios of this project alone are run, which test the steps.
 */

const own = join(import.meta.dirname, 'own.feature');
const folder = process.env['CAMARA_FEATURES'];
const official = folder === undefined ? [] : pinnedFiles(folder).filter((path) => path.endsWith('.feature'));

let context: Context | undefined;
let outcomes: Map<string, Outcome>;

beforeAll(async () => {
  context = await Context.start();
  useContext(context);
  outcomes = await runScenarios([own, ...official]);
});
afterAll(async () => {
  await context?.stop();
});

describe('the step library', () => {
  it('passes what is true, fails what is not, reports an unknown sentence, and does not run what is not applicable', () => {
    expect(scenariosIn(own).map((one) => [one.id, one.row, outcomes.get(keyOf(one))?.status])).toEqual([
      ['@own_right', '12', 'PASSED'],
      ['@own_right', '260', 'PASSED'],
      ['@own_wrong', undefined, 'FAILED'],
      ['@own_refused', undefined, 'FAILED'],
      ['@own_unknown', undefined, 'UNDEFINED'],
      ['@own_not_applicable', undefined, 'SKIPPED'],
    ]);
    expect(outcomes.get('own @own_unknown ')?.message).toContain('the request is sung');
  });

  it('a scenario is listed as not applicable once, in a file of a pinned release, with a reason', () => {
    const listed = NOT_APPLICABLE.map(({ feature, id = '' }) => `${feature} ${id}`);
    expect(new Set(listed).size).toBe(listed.length);
    const features = RELEASES.flatMap(({ files }) => Object.keys(files)).map((name) => basename(name, '.feature'));
    expect(NOT_APPLICABLE.filter(({ feature }) => ![...features, 'own'].includes(feature))).toEqual([]);
    expect(NOT_APPLICABLE.filter(({ reason }) => !/^[A-Z].{20,}\.$/.test(reason))).toEqual([]);
  });
});

if (folder !== undefined)
  describe.each(RELEASES)('$api', ({ api, release, files }) => {
    it.each(['', 'ko/'])(`${api}: the page about CAMARA (%s) has its number of scenarios`, (language) => {
      const paths = official.filter((path) => `Test_definitions/${basename(path)}` in files);
      const all = paths.flatMap(scenariosIn);
      const left = all.filter(notApplicable).length;
      const page = readFileSync(`src/developers/guide/${language}camara.md`, 'utf8');
      expect(page).toContain(`| ${api.split(' ')[1]}, ${release} | ${all.length} | ${all.length - left} | ${left} |`);
    });
  });

if (official.length > 0)
  describe.each(official.map((path) => [basename(path, '.feature'), scenariosIn(path)] as const))(
    '%s',
    (feature, scenarios) => {
      it.each(scenarios.map((one) => [titleOf(one), one] as const))('%s', (_title, one) => {
        const outcome = outcomes.get(keyOf(one));
        if (notApplicable(one)) expect(['SKIPPED', 'UNDEFINED']).toContain(outcome?.status);
        else expect(outcome).toEqual({ status: 'PASSED', message: expect.anything() });
      });

      it(`${feature}: every scenario that is listed as not applicable is in the file`, () => {
        for (const entry of NOT_APPLICABLE.filter((one) => one.feature === feature)) {
          const of = scenarios.filter(({ id }) => id === (entry.id ?? id));
          expect(of.filter((one) => notApplicable(one) === entry)).not.toEqual([]);
          for (const row of entry.except ?? []) expect(of.map((one) => one.row)).toContain(row);
        }
      });
    },
  );

function titleOf(one: Scenario): string {
  const row = one.row === undefined ? '' : ` [${one.row}]`;
  const reason = notApplicable(one)?.reason;
  return `${one.id}${row} ${one.name}${reason === undefined ? '' : `: not applicable. ${reason}`}`;
}
