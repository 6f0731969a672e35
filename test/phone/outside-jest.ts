import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const bundleAndRun = `
  import { build } from 'esbuild';
  const bundled = await build({
    stdin: { contents: process.env.SCRIPT, resolveDir: process.cwd(), loader: 'ts' },
    bundle: true, platform: 'browser', format: 'esm', target: 'es2022', write: false,
  });
  await import('data:text/javascript,' + encodeURIComponent(bundled.outputFiles[0].text));
`;

/**
 * Runs a module, bundled as for a browser, in a separate process, and returns the JSON that it prints. In Jest's
 * sandbox Argon2id at its real cost takes some ten seconds; outside it takes half a second.
 */
export async function outsideJest(script: string): Promise<unknown> {
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', bundleAndRun], {
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
    env: { ...process.env, SCRIPT: script, NODE_OPTIONS: '' },
  });
  return JSON.parse(stdout) as unknown;
}
