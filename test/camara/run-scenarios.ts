import { loadConfiguration, runCucumber } from '@cucumber/cucumber/api';
import type { Envelope, GherkinDocument, Pickle, TestStepResult } from '@cucumber/messages';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { keyOf, scenarioOf } from './scenario.ts';

/** What came of a scenario. */
export interface Outcome {
  /** Of its worst step: `PASSED`, `FAILED`, `UNDEFINED` for an unknown sentence, `SKIPPED`, … */
  status: string;
  /** The sentence of that step and what it said. */
  message: string;
}

const WORST = ['FAILED', 'AMBIGUOUS', 'UNDEFINED', 'PENDING', 'SKIPPED', 'PASSED'];

/** Runs `.feature` files with cucumber-js and the steps of this folder; returns what came of each scenario, by its key. */
export async function runScenarios(features: string[]): Promise<Map<string, Outcome>> {
  const { runConfiguration } = await loadConfiguration({
    file: false,
    provided: {
      paths: features,
      import: ['world', 'requests', 'lines', 'answers', 'subscriptions'].map((name) =>
        join(import.meta.dirname, `steps/${name}.ts`),
      ),
    },
  });
  const run = new Run();
  // The outcomes are told by the test cases, so what cucumber-js prints of its own is dropped.
  await runCucumber(runConfiguration, { stdout: new PassThrough().resume() }, (envelope) => {
    run.record(envelope);
  });
  return run.outcomes;
}

/** Reads the messages of a run. */
class Run {
  readonly outcomes = new Map<string, Outcome>();
  private readonly documents = new Map<string, GherkinDocument>();
  private readonly pickles = new Map<string, Pickle>();
  /** By the id of a test case, of its start too: its pickle. */
  private readonly cases = new Map<string, Pickle>();
  /** By the id of a test step: its sentence. */
  private readonly sentences = new Map<string, string>();

  record({ gherkinDocument, pickle, testCase, testCaseStarted, testStepFinished }: Envelope): void {
    if (gherkinDocument?.uri !== undefined) this.documents.set(gherkinDocument.uri, gherkinDocument);
    if (pickle) this.pickles.set(pickle.id, pickle);
    if (testCase) {
      const of = this.pickles.get(testCase.pickleId);
      if (!of) throw new Error(`a test case of an unknown scenario: ${testCase.pickleId}`);
      this.cases.set(testCase.id, of);
      for (const { id, pickleStepId } of testCase.testSteps)
        this.sentences.set(id, of.steps.find((step) => step.id === pickleStepId)?.text ?? '');
    }
    const started = testCaseStarted && this.cases.get(testCaseStarted.testCaseId);
    if (started) this.cases.set(testCaseStarted.id, started);
    const finished = testStepFinished && this.cases.get(testStepFinished.testCaseStartedId);
    if (finished) this.finish(finished, testStepFinished.testStepId, testStepFinished.testStepResult);
  }

  private finish(pickle: Pickle, stepId: string, { status, message = '' }: TestStepResult): void {
    const document = this.documents.get(pickle.uri);
    if (!document) throw new Error(`${pickle.uri} was not read`);
    const key = keyOf(scenarioOf(pickle, document));
    const known = this.outcomes.get(key);
    if (known && WORST.indexOf(known.status) <= WORST.indexOf(status)) return;
    this.outcomes.set(key, { status, message: `${this.sentences.get(stepId) ?? ''}\n${message}` });
  }
}
