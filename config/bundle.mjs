// Bundles the scripts and styles for browsers under names that change with their content, and writes the mapping of
// names to dist/assets/manifest.json: { "phone.js": "phone-5QK3VZ2A.js", "site.css": "site-XW7T4LHD.css" }.
import { rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '..');
const outdir = join(root, 'dist/assets');

const entryPoints = [
  'src/app/css/app.css',
  'src/app/phone.ts',
  'src/console/css/console.css',
  'src/customers/css/site.css',
  'src/demo/browser/bank.ts',
  'src/demo/browser/demo.ts',
  'src/demo/css/demo.css',
  'src/developers/browser/docs.ts',
  'src/developers/css/docs.css',
  'src/operator/browser/desk.ts',
  'src/operator/css/desk.css',
  'src/operator/css/letter.css',
  'src/pages/browser/site.ts',
  'src/windows/browser/window.ts',
  'src/windows/css/window.css',
];

/** Writes dist/assets/ anew. */
export async function bundle() {
  rmSync(outdir, { recursive: true, force: true });
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints,
    outdir,
    entryNames: '[name]-[hash]',
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    metafile: true,
    logLevel: 'warning',
  });
  writeFileSync(join(outdir, 'manifest.json'), `${JSON.stringify(manifestOf(metafile.outputs), null, 2)}\n`);
}

function manifestOf(outputs) {
  return Object.fromEntries(
    Object.entries(outputs)
      .filter(([, { entryPoint }]) => entryPoint !== undefined)
      .map(([file, { entryPoint }]) => [basename(entryPoint).replace(/\.ts$/, '.js'), basename(file)]),
  );
}
