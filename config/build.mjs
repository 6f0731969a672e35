// Builds dist/: transpiled TypeScript, bundles for browsers, and what /developers shows. Does nothing while dist/ comes from the same sources,
// because the check, the tests and `npm start` all begin with it. Types are checked by `npm run check:types`.
import { createHash } from 'node:crypto';
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';

const root = join(import.meta.dirname, '..');
const FOLDERS = ['config', 'migrations', 'src'];
/** What /developers shows, and where the build copies it. */
const SHOWN = {
  'src/developers/guide': 'dist/src/developers/guide',
  'src/developers/vectors': 'dist/src/developers/vectors',
  'test/examples/android-core': 'dist/src/developers/cores/android-core',
  'test/examples/ios-core': 'dist/src/developers/cores/ios-core',
};
const FILES = ['nest-cli.json', 'package-lock.json', 'package.json', 'tsconfig.build.json', 'tsconfig.json'];
const BUILT = ['dist/src/main.js', 'dist/assets/manifest.json'].map((path) => join(root, path));
/** The digest of the sources that dist/ was built from. */
const note = join(root, 'dist/.sources');

function digestOfSources() {
  const within = [...FOLDERS, ...Object.keys(SHOWN)].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name)),
  );
  const hash = createHash('sha256').update(process.version);
  for (const path of [...within, ...FILES.map((file) => join(root, file))].sort()) {
    hash.update(`\0${relative(root, path)}\0`).update(readFileSync(path));
  }
  return hash.digest('hex');
}

/** They are loaded only here, because most times there is nothing to build. */
async function loadTools() {
  try {
    return await Promise.all([import('./bundle.mjs'), import('./transpile.mjs')]);
  } catch (error) {
    if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
    console.error(`${error.message}\nTo build takes the development packages: run npm ci --include=dev`);
    process.exit(1);
  }
}

const digest = digestOfSources();
const isBuilt = [...BUILT, note].every((path) => existsSync(path)) && readFileSync(note, 'utf8') === digest;
if (!isBuilt) {
  console.error('Building Pushguard …');
  rmSync(note, { force: true });
  // The libraries that were packed from other sources are served no longer.
  rmSync(join(root, 'dist/sdk'), { recursive: true, force: true });
  const [{ bundle }, { transpile }] = await loadTools();
  await Promise.all([bundle(), transpile(FOLDERS)]);
  for (const [from, to] of Object.entries(SHOWN)) {
    rmSync(join(root, to), { recursive: true, force: true });
    cpSync(join(root, from), join(root, to), { recursive: true });
  }
  writeFileSync(note, digest);
}
