// Runs the named package scripts, as many at a time as there are processors, and prints the output of each as soon as
// it has ended. Scripts that are joined by a plus run one after the other, up to the first that fails. The exit code is
// that of the first script that failed.
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { text } from 'node:stream/consumers';

const chains = process.argv.slice(2).map((scripts) => scripts.split('+'));
let code = 0;

/** Returns the exit code. */
async function run(script) {
  const child = spawn('npm', ['run', '--silent', script], { stdio: ['ignore', 'pipe', 'pipe'], shell: false });
  const ended = new Promise((resolve) => child.once('close', resolve));
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const failed = (await ended) ?? 1;
  if (failed !== 0) process.stdout.write(`${script} failed:\n`);
  process.stdout.write(out + err);
  code ||= failed;
  return failed;
}

async function runChain(chain) {
  for (const script of chain) if ((await run(script)) !== 0) return;
}

async function runNext() {
  for (let chain = chains.shift(); chain !== undefined; chain = chains.shift()) await runChain(chain);
}

await Promise.all(Array.from({ length: availableParallelism() }, runNext));
process.exitCode = code;
