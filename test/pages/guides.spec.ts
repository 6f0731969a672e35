import { describe, expect, it } from '@jest/globals';
import { existsSync, readFileSync } from 'node:fs';
import { GUIDE_GROUPS } from '../../src/developers/guide-list.ts';

/**
 * The guides that are there in Korean and in English: those for people who connect a system to the service, and for people
 * who run it the settings, the deployment, the capacity, the app and adopting.
 */
const NAMES = [
  ...[...GUIDE_GROUPS.first, ...GUIDE_GROUPS.more].map(({ name }) => name),
  ...['operation', 'runbook', 'deploying', 'capacity', 'app', 'adopting'],
];

interface Structure {
  headings: string[];
  /** The code, with its language and marks. A diagram is text for readers, and only counts. */
  code: string[];
  /** Where the links lead, without the heading, which has another name in another language. */
  links: string[];
  tables: number[];
}

function structureOf(path: string): Structure {
  const markdown = readFileSync(new URL(`../../src/developers/guide/${path}.md`, import.meta.url), 'utf8');
  const code: string[] = [];
  const text = markdown.replaceAll(/^```(.*)\n([^]*?)^```$/gm, (_, info: string, content: string) => {
    code.push(/^(samples|mermaid)\b/.test(info) ? info : `${info}\n${content}`);
    return '';
  });
  const isRow = (line: string | undefined) => line?.startsWith('|') === true;
  const lines = text.split('\n');
  return {
    headings: lines.flatMap((line) => /^(#+) /.exec(line)?.[1] ?? []),
    code,
    links: [...text.matchAll(/\]\(([^)\s]*)\)/g)].map(([, to = '']) => targetOf(to)).sort(),
    tables: lines.flatMap((line, at) => (isRow(line) && !isRow(lines[at - 1]) ? [rowsFrom(lines, at)] : [])),
  };
}

function targetOf(link: string): string {
  return /^https?:/.test(link) ? link : link.replace(/^(\.\.\/)+/, '').replace(/#.*/, '#');
}

function rowsFrom(lines: readonly string[], at: number): number {
  const end = lines.findIndex((line, index) => index > at && !line.startsWith('|'));
  return (end < 0 ? lines.length : end) - at;
}

/** Fences of steps stand in the English text; the Korean one names the step. */
function withNamedSteps(code: readonly string[]): string[] {
  const named = code.map((one) => {
    const [, step] = /^\w+ (step=\S+)/.exec(one) ?? [];
    return step !== undefined && !one.startsWith('samples') ? `samples ${step}` : one;
  });
  return named.filter((one, at) => !one.startsWith('samples') || one !== named[at - 1]);
}

describe('A guide in two languages', () => {
  it.each(NAMES)('the Korean text of %s has the headings, code, links and tables of the English one', (name) => {
    expect([name, existsSync(new URL(`../../src/developers/guide/ko/${name}.md`, import.meta.url))]).toEqual([
      name,
      true,
    ]);
    const [english, korean] = [structureOf(name), structureOf(`ko/${name}`)];
    expect(korean).toEqual({ ...english, code: withNamedSteps(english.code) });
  });
});
