import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';

/** What the packages that are CommonJS expect to find. */
const COMMONJS = `
import { createRequire as createRequireHere } from 'node:module';
import { dirname as dirnameOf } from 'node:path';
import { fileURLToPath as pathOfHere } from 'node:url';
const require = createRequireHere(import.meta.url);
const __filename = pathOfHere(import.meta.url);
const __dirname = dirnameOf(__filename);
`;

const PREFIX = 'packed-';

/** The programs of dist/src/ that tests start again and again. */
const PROGRAMS = [
  'main',
  'commands/clients',
  'commands/sink-tokens',
  'commands/console-people',
  'commands/operator-accounts',
  'commands/replay-events',
  'commands/verify-audit',
];

/**
 * Packs each of the programs, all that it imports, and the packages into one file, because a process takes more than a
 * second of processor time to find and load 3,000 files, and the tests start some 180 processes. Nothing is minified or
 * renamed. Returns the folder of the programs; it lies in dist/, so that packages are found from there, and serves until
 * dist/ is built again.
 */
export async function packService(root: string): Promise<string> {
  const dist = join(root, 'dist');
  const folder = join(
    dist,
    `${PREFIX}${await versionOf(dist, [import.meta.filename, join(root, 'package-lock.json')])}`,
  );
  if (existsSync(folder)) return folder;
  for (const name of await readdir(dist)) {
    if (name.startsWith(PREFIX)) await rm(join(dist, name), { recursive: true, force: true });
  }
  const unfinished = await mkdtemp(join(dist, 'packing-'));
  await build({
    absWorkingDir: root,
    entryPoints: PROGRAMS.map((program) => `dist/src/${program}.js`),
    outbase: 'dist/src',
    outdir: unfinished,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    keepNames: true,
    banner: { js: COMMONJS },
    plugins: [inPlace, optional],
    logLevel: 'error',
  });
  await rename(unfinished, folder).catch(async (error: unknown) => {
    // Another run on the same dist/ was faster.
    if (!existsSync(folder)) throw error;
    await rm(unfinished, { recursive: true });
  });
  return folder;
}

/** Differs when one of the files, or a program in dist/, was written anew. */
async function versionOf(dist: string, files: readonly string[]): Promise<string> {
  const programs = (await readdir(dist, { recursive: true }))
    .filter((path) => path.endsWith('.js') && !path.startsWith('pack'))
    .map((path) => join(dist, path));
  const hash = createHash('sha256');
  for (const path of [...files, ...programs.sort()]) {
    const { mtimeMs, size } = await stat(path);
    hash.update(`${path} ${mtimeMs} ${size}\n`);
  }
  return hash.digest('hex').slice(0, 16);
}

/** Each file of dist/ still sees its own address, and loads from there the texts of a language, as they are no import. */
const inPlace: Plugin = {
  name: 'in-place',
  setup: ({ onLoad }) => {
    onLoad({ filter: /[\\/]dist[\\/](src|config|migrations)[\\/].*\.js$/ }, async ({ path }) => {
      const address = JSON.stringify(pathToFileURL(path).href);
      const code = await readFile(path, 'utf8');
      const contents = code
        .replaceAll('import.meta.url', address)
        .replaceAll(
          /import\((_ts_rewrite_relative_import_extension\(`[^`]+`\))\)/g,
          `import(new URL($1, ${address}).href)`,
        );
      return { contents, loader: 'js' };
    });
  },
};

/** A package that another one would use if it were installed stays an import that fails. */
const optional: Plugin = {
  name: 'optional',
  setup: ({ onResolve, resolve }) => {
    onResolve({ filter: /^[^./]/ }, async ({ path, pluginData, ...from }) => {
      if (pluginData === optional || from.kind === 'entry-point') return undefined;
      const { errors } = await resolve(path, { ...from, pluginData: optional });
      return errors.length > 0 ? { path, external: true } : undefined;
    });
  },
};
