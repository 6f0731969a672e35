// Bundles the scripts and styles for browsers under names that change with their content, and writes the mapping of
// names to dist/assets/manifest.json: { "phone.js": "phone-5QK3VZ2A.js", "site.css": "site-XW7T4LHD.css" }.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '..');
const outdir = join(root, 'dist/assets');

const entryPoints = [
  'src/app/css/app.css',
  'src/app/installed.ts',
  'src/app/phone.ts',
  'src/app/scanner.ts',
  'src/console/css/console.css',
  'src/customers/css/site.css',
  'src/demo/browser/bank.ts',
  'src/demo/browser/demo.ts',
  'src/demo/css/demo.css',
  'src/developers/browser/docs.ts',
  'src/developers/css/docs.css',
  'src/openid/browser/form-post.ts',
  'src/operator/browser/desk.ts',
  'src/operator/css/desk.css',
  'src/operator/css/letter.css',
  'src/pages/browser/site.ts',
  'src/windows/browser/window.ts',
  'src/windows/css/window.css',
];

/** Not every browser loads a service worker as a module. */
const workers = ['src/app/worker/service-worker.ts'];

/** Writes dist/assets/ anew. */
export async function bundle() {
  rmSync(outdir, { recursive: true, force: true });
  const [pages, worker] = await Promise.all([bundled(entryPoints, 'esm'), bundled(workers, 'iife')]);
  const manifest = manifestOf({ ...pages.outputs, ...worker.outputs });
  writeFileSync(join(outdir, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  // Compressed once here, at the strongest level, instead of at every request.
  for (const name of Object.values(manifest)) {
    const file = join(outdir, name);
    writeFileSync(`${file}.br`, brotliCompressSync(readFileSync(file)));
  }
}

async function bundled(entryPoints, format) {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints,
    outdir,
    entryNames: '[name]-[hash]',
    bundle: true,
    minify: true,
    format,
    platform: 'browser',
    target: 'es2022',
    metafile: true,
    logLevel: 'warning',
  });
  return metafile;
}

function manifestOf(outputs) {
  return Object.fromEntries(
    Object.entries(outputs)
      .filter(([, { entryPoint }]) => entryPoint !== undefined)
      .map(([file, { entryPoint }]) => [basename(entryPoint).replace(/\.ts$/, '.js'), basename(file)]),
  );
}
