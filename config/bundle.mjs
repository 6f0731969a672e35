// Bundles what a browser loads, under names that change with their content, and writes down which name is which:
// dist/assets/manifest.json says { "phone.js": "phone-5QK3VZ2A.js", "site.css": "site-XW7T4LHD.css" }.
import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '..');
const outdir = join(root, 'dist/assets');

const entryPoints = [...filesIn('src/website/browser', /(?<!\.d)\.ts$/), ...filesIn('src/website', /\.css$/)];

rmSync(outdir, { recursive: true, force: true });
if (entryPoints.length > 0) {
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

function filesIn(folder, pattern) {
  const path = join(root, folder);
  if (!existsSync(path)) return [];
  return readdirSync(path)
    .filter((name) => pattern.test(name))
    .sort()
    .map((name) => join(path, name));
}

function manifestOf(outputs) {
  return Object.fromEntries(
    Object.entries(outputs)
      .filter(([, { entryPoint }]) => entryPoint !== undefined)
      .map(([file, { entryPoint }]) => [basename(entryPoint).replace(/\.ts$/, '.js'), basename(file)]),
  );
}
