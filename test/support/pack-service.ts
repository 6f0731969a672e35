import { mkdtemp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';

/** What the packages that are CommonJS expect to find. */
const COMMONJS = `
import { createRequire as createRequireHere } from 'node:module';
import { dirname as dirnameOf } from 'node:path';
import { fileURLToPath as pathOf } from 'node:url';
const require = createRequireHere(import.meta.url);
const __filename = pathOf(import.meta.url);
const __dirname = dirnameOf(__filename);
`;

/**
 * Packs dist/src/main.js, all that it imports, and the packages into one file, because a process takes more than a
 * second of processor time to find and load 3,000 files, and the tests start some 150 processes. Nothing is minified or
 * renamed. Returns the folder of the file main.js; it lies in dist/, so that packages are found from there.
 */
export async function packService(root: string): Promise<string> {
  const folder = await mkdtemp(join(root, 'dist/packed-'));
  await build({
    absWorkingDir: root,
    entryPoints: ['dist/src/main.js'],
    outdir: folder,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    keepNames: true,
    banner: { js: COMMONJS },
    plugins: [inPlace, optional],
    logLevel: 'error',
  });
  return folder;
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
        .replaceAll(/import\((__rewriteRelativeImportExtension\(`[^`]+`\))\)/g, `import(new URL($1, ${address}).href)`);
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
