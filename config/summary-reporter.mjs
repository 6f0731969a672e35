// Prints the outcome as the very last line of a run: `12 passed, 0 failed`.
// It waits for the process to exit, because Jest's own summary and the global teardown come after every reporter.
export default class SummaryReporter {
  #results;

  constructor() {
    process.once('exit', (exitCode) => process.stdout.write(`${summaryLine(this.#results, exitCode)}\n`));
  }

  onRunComplete(_contexts, results) {
    this.#results = results;
  }
}

function summaryLine(results, exitCode) {
  const passed = results?.numPassedTests ?? 0;
  const skipped = (results?.numPendingTests ?? 0) + (results?.numTodoTests ?? 0);
  // A suite that could not run (a syntax error, a failed import) has no failed test of its own.
  const failedInRun = (results?.numFailedTests ?? 0) + (results?.numRuntimeErrorTestSuites ?? 0);
  // A broken global setup or teardown fails the run without failing a test.
  const failed = failedInRun === 0 && exitCode !== 0 ? 1 : failedInRun;
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}
