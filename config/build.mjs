// Builds dist/ by `npm run compile`. Does nothing while dist/ comes from the same sources, because the check, the tests and
// `npm start` all begin with it.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';

const root = join(import.meta.dirname, '..');
const FOLDERS = ['config', 'migrations', 'src'];
const FILES = ['nest-cli.json', 'package-lock.json', 'package.json', 'tsconfig.build.json', 'tsconfig.json'];
const BUILT = ['dist/src/main.js', 'dist/assets/manifest.json'].map((path) => join(root, path));
/** The digest of the sources that dist/ was built from. */
const note = join(root, 'dist/.sources');

function digestOfSources() {
  const within = FOLDERS.flatMap((folder) =>
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

const digest = digestOfSources();
const isBuilt = [...BUILT, note].every((path) => existsSync(path)) && readFileSync(note, 'utf8') === digest;
if (!isBuilt) {
  console.error('Building Pushguard. This may take a minute.');
  rmSync(note, { force: true });
  const { status } = spawnSync('npm run --silent compile', { cwd: root, shell: true, stdio: 'inherit' });
  if (status === 0) writeFileSync(note, digest);
  process.exitCode = status ?? 1;
}
