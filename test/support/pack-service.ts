import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';

const PREFIX = 'packed-';

/** The programs of dist/src/ that tests start again and again. */
const PROGRAMS = [
  'main',
  'commands/after-restore',
  'commands/clients',
  'commands/migrate',
  'commands/doctor',
  'commands/keys',
  'commands/queue',
  'commands/operator-accounts',
  'commands/reencrypt',
  'commands/replay-events',
  'commands/sink-tokens',
  'commands/console-people',
  'commands/verify-audit',
  'commands/words',
];

/** The packages that other packages look for themselves when they run, which are to find what is packed. */
const LOOKED_FOR = ['class-transformer', 'class-transformer/cjs/storage', 'class-validator', 'typeorm'];

/** Runs the code of a program, with what V8 compiled in a former process. Keeps that when a program has ended well and none is kept. */
const LOADER = `'use strict';
const { existsSync, readFileSync, renameSync, writeFileSync } = require('node:fs');
const { pathToFileURL } = require('node:url');
const { Script, constants } = require('node:vm');

module.exports = (name) => {
  const filename = __dirname + '/' + name + '.packed.js';
  const compiled = __dirname + '/' + name + '.compiled';
  const isKept = existsSync(compiled);
  const script = new Script(readFileSync(filename, 'latin1'), {
    filename,
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    ...(isKept && { cachedData: readFileSync(compiled) }),
  });
  let unsettled = true;
  process.once('exit', (code) => {
    // As Node does for a module that awaits what never comes.
    if (unsettled) process.exitCode ??= 13;
    // A program that was refused, or explained itself, has compiled little of what it does else.
    if (isKept || unsettled || code !== 0 || process.argv.includes('--help')) return;
    try {
      writeFileSync(compiled + process.pid, script.createCachedData());
      renameSync(compiled + process.pid, compiled);
    } catch {
      // A test that fills the disk wants it full: the next process compiles, and keeps it.
    }
  });
  void script.runInThisContext()(pathToFileURL(filename).href, require, filename, __dirname).finally(() => (unsettled = false));
};
`;

/**
 * Packs each program, all that it imports, and the packages into one file, because a process takes more than a second of
 * processor time to find and load 3,000 files, and the tests start some 600 processes. The file is a script and no module,
 * because only of a script Node 20 can keep the compiled code. It has no comments and no needless white space, because a
 * process reads all of it, and keeps every name. Returns the folder of the programs; it lies in dist/, so that packages are
 * found from there, and serves until dist/ is built again.
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
  await writeFile(join(unfinished, 'package.json'), '{ "type": "commonjs" }');
  await writeFile(join(unfinished, 'load.js'), LOADER);
  const codes = await pack(root);
  for (const program of PROGRAMS) {
    const file = join(unfinished, `${program}.js`);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, `require(${JSON.stringify(join(folder, 'load.js'))})(${JSON.stringify(flat(program))});\n`);
    await writeFile(join(unfinished, `${flat(program)}.packed.js`), codes.get(flat(program)) ?? '');
  }
  await rename(unfinished, folder).catch(async (error: unknown) => {
    // Another run on the same dist/ was faster.
    if (!existsSync(folder)) throw error;
    await rm(unfinished, { recursive: true });
  });
  return folder;
}

/** True when the service has kept its compiled code. */
export function hasCompiledCode(folder: string): boolean {
  return existsSync(join(folder, 'main.compiled'));
}

/** The name of a program's files, all of which lie in one folder. */
const flat = (program: string) => program.replaceAll('/', '-');

/** For each program a script in ASCII whose value is a function that runs it. */
async function pack(root: string): Promise<Map<string, string>> {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: PROGRAMS.map((program) => ({ in: program, out: flat(program) })),
    outdir: join(root, 'dist'),
    write: false,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    keepNames: true,
    minifyWhitespace: true,
    legalComments: 'none',
    // Node prints the line of an error that nothing caught.
    lineLimit: 200,
    // The banner and the footer make it a function, in which `await` may stand.
    banner: { js: '(async (PACKED_URL, require, __filename, __dirname) => { "use strict"; const PACKED = {};' },
    footer: { js: '})' },
    define: { 'import.meta.url': 'PACKED_URL' },
    plugins: [begin(root), inPlace, declared, optional, builtins],
    logLevel: 'error',
  });
  // A file of this size is read fastest in ASCII. esbuild leaves other characters in templates, regular expressions and
  // comments as they are, and none of these is read unparsed (`String.raw`).
  const inAscii = (text: string) =>
    text.replaceAll(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return new Map(outputFiles.map(({ path, text }) => [basename(path, '.js'), inAscii(withCheapNames(text))]));
}

/** Most of the 20,000 functions have their names already, and to write one costs more than to look. */
function withCheapNames(text: string): string {
  const dear = '__name=(target,value)=>__defProp(';
  if (!text.includes(dear)) throw new Error('esbuild names functions in another way');
  return text.replace(dear, '__name=(target,value)=>target.name===value?target:__defProp(');
}

/** A program begins with the packages that others look for, and then with its own file of dist/. */
const begin = (root: string): Plugin => ({
  name: 'begin',
  setup: ({ onLoad, onResolve }) => {
    onResolve({ filter: /.*/ }, ({ kind, path }) =>
      kind === 'entry-point' ? { path, namespace: 'program' } : undefined,
    );
    onLoad({ filter: /.*/, namespace: 'program' }, ({ path }) => {
      const lookedFor = LOOKED_FOR.map((name) => `${JSON.stringify(name)}: () => require(${JSON.stringify(name)})`);
      const contents = `Object.assign(PACKED, { ${lookedFor.join(', ')} }); await import('./dist/src/${path}.js');`;
      return { contents, resolveDir: root };
    });
  },
});

/** Differs when one of the files, or a program in dist/, was written anew. */
async function versionOf(dist: string, files: readonly string[]): Promise<string> {
  const programs = (await readdir(dist, { recursive: true }))
    .filter((path) => path.endsWith('.js') && !/^(pack|sdk[\\/])/.test(path))
    .map((path) => join(dist, path));
  const hash = createHash('sha256').update(process.version);
  for (const path of [...files, ...programs.sort()]) {
    const { mtimeMs, size } = await stat(path);
    hash.update(`${path} ${mtimeMs} ${size}\n`);
  }
  return hash.digest('hex').slice(0, 16);
}

/** Each file of dist/ still sees its own address, and the texts of every language are packed. */
const inPlace: Plugin = {
  name: 'in-place',
  setup: ({ onLoad }) => {
    onLoad({ filter: /[\\/]dist[\\/](src|config|migrations)[\\/].*\.js$/ }, async ({ path }) => {
      const code = await readFile(path, 'utf8');
      const contents = code
        .replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href))
        .replaceAll(/import\(_ts_rewrite_relative_import_extension\((`[^`]+)\.ts`\)\)/g, 'import($1.js`)');
      return { contents, loader: 'js' };
    });
  },
};

/** The library of SMPP assigns a variable that it does not declare, which only code that is not strict may do. */
const declared: Plugin = {
  name: 'declared',
  setup: ({ onLoad }) => {
    onLoad({ filter: /[\\/]smpp[\\/]lib[\\/]pdu\.js$/ }, async ({ path }) => ({
      contents: `var skipUdh;\n${await readFile(path, 'utf8')}`,
      loader: 'js',
    }));
  },
};

/** A package that another one would use if it were installed stays an import that fails. */
const optional: Plugin = {
  name: 'optional',
  setup: ({ onResolve, resolve }) => {
    onResolve({ filter: /^[^./]/ }, async ({ path, pluginData, ...from }) => {
      if (pluginData === optional || from.kind === 'entry-point' || isBuiltin(path)) return undefined;
      const { errors } = await resolve(path, { ...from, pluginData: optional });
      return errors.length > 0 ? { path, external: true } : undefined;
    });
  },
};

/** The modules of Node are required, because a function can have no import and a script can begin none; and who makes a `require` finds what is packed. */
const builtins: Plugin = {
  name: 'builtins',
  setup: ({ onLoad, onResolve }) => {
    onResolve({ filter: /^[^./]/ }, ({ path, kind }) =>
      isBuiltin(path) && kind !== 'require-call' ? { path, namespace: 'builtin' } : undefined,
    );
    onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => ({
      contents: /^(node:)?module$/.test(path)
        ? `const node = require('node:module');
           const createRequire = (from) => {
             const require = node.createRequire(from);
             return Object.assign((name) => (Object.hasOwn(PACKED, name) ? PACKED[name]() : require(name)), require);
           };
           module.exports = { ...node, createRequire };`
        : `module.exports = require(${JSON.stringify(path)});`,
    }));
  },
};
