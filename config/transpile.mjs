// Transpiles folders of TypeScript into dist/, a file at a time and without a look at the types: `npm run check:types`
// checks those. `node config/transpile.mjs test/bench` does so for a folder that is no part of the service.
//
// Controllers and classes of requests and answers go through TypeScript itself, with the plugins that nest-cli.json
// names, because the plugin for OpenAPI reads their types and comments.
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { transform } from '@swc/core';
import { jsc } from './swc.mjs';

const root = join(import.meta.dirname, '..');
const require = createRequire(import.meta.url);
const READ_BY_PLUGINS = /\.(controller|dto)\.ts$/;
/** Clients are bundled for browsers, and declarations are no programs. */
const ELSEWHERE = /(^src\/([^/]+\/browser|app)\/(?!words\/(?!words\.ts))|\.d\.ts$)/;

const swc = {
  root,
  swcrc: false,
  configFile: false,
  sourceMaps: true,
  inlineSourcesContent: false,
  module: { type: 'es6' },
  jsc: { ...jsc, rewriteRelativeImportExtensions: true },
};

/** Transpiles every file below these folders of the project. */
export async function transpile(folders) {
  const paths = (await Promise.all(folders.map(filesIn))).flat();
  const plain = paths.filter((path) => !READ_BY_PLUGINS.test(path)).map(transpilePlain);
  // The threads of SWC work meanwhile.
  const read = paths.filter((path) => READ_BY_PLUGINS.test(path));
  if (read.length > 0) await transpileWithPlugins(read);
  await Promise.all(plain);
}

async function filesIn(folder) {
  const names = await readdir(join(root, folder), { recursive: true });
  const paths = names.map((name) => join(folder, name).replaceAll('\\', '/'));
  return paths.filter((path) => path.endsWith('.ts') && !ELSEWHERE.test(path));
}

async function transpilePlain(path) {
  const out = join(root, 'dist', path.replace(/\.ts$/, '.js'));
  const source = await readFile(join(root, path), 'utf8');
  const sourceFileName = relative(dirname(out), join(root, path)).replaceAll('\\', '/');
  const { code, map } = await transform(source, { ...swc, filename: path, sourceFileName });
  await mkdir(dirname(out), { recursive: true });
  await writeFile(out, `${code}//# sourceMappingURL=${out.split(/[\\/]/).at(-1)}.map\n`);
  await writeFile(`${out}.map`, map);
}

async function transpileWithPlugins(paths) {
  const { default: ts } = await import('typescript');
  const options = {
    ...optionsOf(ts),
    noCheck: true,
    declaration: false,
    incremental: false,
    tsBuildInfoFile: undefined,
  };
  const files = paths.map((path) => join(root, path));
  const host = hostOf(ts, options);
  const program = ts.createProgram(files, options, host);
  const faults = files.flatMap((file) => program.getSyntacticDiagnostics(program.getSourceFile(file)));
  if (faults.length > 0) throw new Error(ts.formatDiagnostics(faults, host));
  const before = await Promise.all((await plugins()).map(({ plugin, options }) => plugin.before(options, program)));
  for (const file of files) program.emit(program.getSourceFile(file), undefined, undefined, false, { before });
}

function optionsOf(ts) {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.build.json'), ts.sys.readFile);
  return ts.parseJsonConfigFileContent({ ...config, include: [], files: [] }, ts.sys, root).options;
}

/** Reads the project's own files and no package's: what the plugins ask about is declared here. */
function hostOf(ts, options) {
  const host = ts.createCompilerHost(options);
  host.resolveModuleNameLiterals = (names, from) =>
    names.map(({ text }) => ({
      resolvedModule: /^\.{1,2}\/.*\.ts$/.test(text)
        ? { resolvedFileName: join(dirname(from), text), extension: '.ts' }
        : undefined,
    }));
  return host;
}

async function plugins() {
  const { compilerOptions } = JSON.parse(await readFile(join(root, 'nest-cli.json'), 'utf8'));
  return Promise.all(
    compilerOptions.plugins.map(async ({ name, options }) => ({
      plugin: await import(pathToFileURL(require.resolve(`${name}/plugin`)).href),
      options,
    })),
  );
}

if (process.argv[1] === import.meta.filename) await transpile(process.argv.slice(2));
