// Packs the libraries for other people's programs into dist/sdk/: `@pushguard/client` for servers of relying parties, and
// `@pushguard/phone` for apps. Each tarball installs alone. What publint or @arethetypeswrong/cli would complain of ends
// the command.
import { spawn } from 'node:child_process';
import { copyFile, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

const root = join(import.meta.dirname, '..');
const out = join(root, 'dist/sdk');
/** A running service serves what lies in `out`, so a tarball goes there when it is whole and checked. */
const packing = join(out, 'packing');
const ours = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));

const PACKAGES = [
  {
    folder: 'sdk',
    name: '@pushguard/client',
    description: 'The server of a relying party of Pushguard: start, verify, hosted windows, assertions, webhooks',
    main: 'pushguard',
    others: [],
    dependencies: ['jose'],
    engines: { node: '>=20' },
  },
  {
    folder: 'phone',
    name: '@pushguard/phone',
    description: 'The phone of Pushguard: keys, enrolment, proofs of the PIN, encrypted codes, one-time passwords',
    main: 'phone',
    others: ['card', 'envelope', 'knowledge-key', 'notice', 'problem-error'],
    dependencies: ['hash-wasm', 'jose'],
    engines: { node: '>=20' },
  },
];

/** Runs a program of Node or npm; rejects with its output. */
async function run(command, args) {
  const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise((resolve) => child.once('close', resolve));
  const output = (await Promise.all([text(child.stdout), text(child.stderr)])).join('');
  if ((await ended) !== 0) throw new Error(`${args.join(' ')} failed:\n${output}`);
}

const programOf = (name, path) => join(root, 'node_modules', name, path);

/** Writes JavaScript and declarations of one folder of src/. */
async function compile({ folder }, to) {
  const config = join(packing, `${folder}.json`);
  const compilerOptions = { noEmit: false, declaration: true, rootDir: join(root, 'src', folder), outDir: to };
  const include = [join(root, 'src', folder, '**/*.ts')];
  const extended = { extends: join(root, 'tsconfig.json'), compilerOptions, include };
  await writeFile(config, JSON.stringify(extended));
  await run(process.execPath, [programOf('typescript', 'bin/tsc'), '-p', config]);
  await rm(config);
  // TypeScript rewrites the names of imported files in JavaScript alone.
  const names = (await readdir(to)).filter((name) => name.endsWith('.d.ts'));
  const rewrite = async (name) => {
    const declarations = await readFile(join(to, name), 'utf8');
    await writeFile(join(to, name), declarations.replaceAll(/(from '\.\/[\w-]+)\.ts'/g, "$1.js'"));
  };
  await Promise.all(names.map(rewrite));
}

function manifestOf({ name, description, main, others, dependencies, engines }) {
  const at = (file) => ({ types: `./lib/${file}.d.ts`, default: `./lib/${file}.js` });
  const further = others.map((file) => [`./${file}`, at(file)]);
  return {
    name,
    version: ours.version,
    description,
    license: ours.license,
    type: 'module',
    sideEffects: false,
    engines,
    exports: { '.': at(main), ...Object.fromEntries(further), './package.json': './package.json' },
    files: ['lib'],
    dependencies: Object.fromEntries(dependencies.map((one) => [one, ours.dependencies[one]])),
  };
}

async function pack(one) {
  const folder = join(packing, one.folder);
  await mkdir(join(folder, 'lib'), { recursive: true });
  await compile(one, join(folder, 'lib'));
  await writeFile(join(folder, 'package.json'), `${JSON.stringify(manifestOf(one), undefined, 2)}\n`);
  await copyFile(join(root, 'src', one.folder, 'README.md'), join(folder, 'README.md'));
  await copyFile(join(root, 'LICENSE'), join(folder, 'LICENSE'));
  await run('npm', ['pack', folder, '--pack-destination', packing, '--ignore-scripts', '--offline']);
  const name = `${one.name.slice(1).replace('/', '-')}-${ours.version}.tgz`;
  const tarball = join(packing, name);
  await run(process.execPath, [programOf('publint', 'src/cli.js'), tarball, '--strict']);
  const typesAreWrong = programOf('@arethetypeswrong/cli', 'dist/index.js');
  await run(process.execPath, [typesAreWrong, tarball, '--profile', 'esm-only']);
  await rename(tarball, join(out, name));
  return name;
}

await rm(packing, { recursive: true, force: true });
await mkdir(packing, { recursive: true });
const packed = await Promise.all(PACKAGES.map(pack));
await rm(packing, { recursive: true });
for (const name of await readdir(out)) if (!packed.includes(name)) await rm(join(out, name), { recursive: true });
for (const name of packed) console.log(join(out, name));
