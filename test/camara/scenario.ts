import { generateMessages } from '@cucumber/gherkin';
import { IdGenerator, SourceMediaType, type GherkinDocument, type Pickle } from '@cucumber/messages';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';

/** One scenario of a `.feature` file, or one row of the examples of an outline. */
export interface Scenario {
  /** Name of the file without its ending. */
  feature: string;
  /** The scenario's own tag, which is its id. */
  id: string;
  /** What the scenario calls itself. */
  name: string;
  /** The first cell of the row, of an outline alone. */
  row: string | undefined;
}

/** Identifies what cucumber runs. The tag is unique in its file only. */
export function scenarioOf({ uri, name, tags, astNodeIds }: Pickle, { feature }: GherkinDocument): Scenario {
  const [tag] = tags;
  if (!tag) throw new Error(`${uri}: the scenario “${name}” has no tag`);
  const rows = (feature?.children ?? []).flatMap(({ scenario }) =>
    (scenario?.examples ?? []).flatMap(({ tableBody }) => tableBody),
  );
  const row = rows.find(({ id }) => astNodeIds.includes(id))?.cells[0]?.value;
  return { feature: basename(uri, '.feature'), id: tag.name, name: name.trim(), row };
}

/** What tells one scenario from all others. */
export function keyOf({ feature, id, row = '' }: Scenario): string {
  return `${feature} ${id} ${row}`;
}

/** Every scenario of a file, in its order. Throws for two that nothing tells apart. */
export function scenariosIn(path: string): Scenario[] {
  const options = { includePickles: true, includeGherkinDocument: true, newId: IdGenerator.uuid() };
  const envelopes = generateMessages(
    readFileSync(path, 'utf8'),
    path,
    SourceMediaType.TEXT_X_CUCUMBER_GHERKIN_PLAIN,
    options,
  );
  const document = envelopes.find(({ gherkinDocument }) => gherkinDocument)?.gherkinDocument;
  const scenarios = envelopes.flatMap(({ pickle }) => (pickle && document ? [scenarioOf(pickle, document)] : []));
  if (new Set(scenarios.map(keyOf)).size < scenarios.length) throw new Error(`${path} has two scenarios of one id`);
  return scenarios;
}
