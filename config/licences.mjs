// Checks the licence of every package in package-lock.json against the list below; with --list, prints them instead, those that
// are shipped first. The lock file has what each package says of itself, so nothing is fetched and nothing need be installed.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Licences that ask for no more than their text, by their names in SPDX. */
const ALLOWED = new Set([
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'CC0-1.0',
  'ISC',
  'MIT',
  'PSF-2.0',
  'Python-2.0',

  'Unlicense',
]);

/** Packages with another licence, and why each may be used. */
const JUDGED = {
  'axe-core': { licence: 'MPL-2.0', reason: 'a tool of the tests, which is not shipped' },
  'caniuse-lite': { licence: 'CC-BY-4.0', reason: 'data of a build tool, which is not shipped' },
  'spdx-exceptions': { licence: 'CC-BY-3.0', reason: 'data of a tool of the tests, which is not shipped' },
  '@resvg/resvg-wasm': { licence: 'MPL-2.0', reason: 'shipped unchanged; its copyleft ends at its own files' },
  'web-push': { licence: 'MPL-2.0', reason: 'shipped unchanged; its copyleft ends at its own files' },
  limiter: { licence: undefined, reason: 'its package names none; the text beside it is the MIT licence' },
};

/** Whether an expression of SPDX can be met by allowed licences alone. A licence with an exception is not on the list. */
function isAllowed(expression) {
  const text = expression.replace(/^\((.*)\)$/, '$1');
  // Expressions in the lock file are no deeper than this; another one is refused and then read by a person.
  if (text.includes(' OR ')) return text.split(' OR ').some(isAllowed);
  return text.split(' AND ').every((one) => ALLOWED.has(one));
}

const { packages } = JSON.parse(readFileSync(join(import.meta.dirname, '../package-lock.json'), 'utf8'));
const installed = Object.entries(packages)
  .filter(([path]) => path !== '')
  .map(([path, { version, license, dev }]) => ({
    name: path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length),
    ...{ version, licence: license, isShipped: !dev },
  }));

if (process.argv.includes('--list')) {
  const lines = [true, false].flatMap((isShipped) =>
    installed
      .filter((one) => one.isShipped === isShipped)
      .map(
        ({ name, version, licence }) =>
          `${isShipped ? 'shipped' : 'tool'}\t${name}@${version}\t${licence ?? `none (${JUDGED[name]?.reason ?? 'unknown'})`}\n`,
      ),
  );
  process.stdout.write([...new Set(lines)].join(''));
} else {
  const refused = installed.filter(({ name, licence }) => {
    const judged = Object.hasOwn(JUDGED, name) ? JUDGED[name] : undefined;
    if (judged !== undefined && judged.licence === licence) return false;
    return typeof licence !== 'string' || !isAllowed(licence);
  });
  for (const { name, version, licence } of refused)
    console.error(
      `${name}@${version} has the licence ${licence ?? 'of no name'}: judge it in config/licences.mjs, or replace it`,
    );
  for (const name of Object.keys(JUDGED))
    if (!installed.some((one) => one.name === name))
      console.error(`${name} is judged in config/licences.mjs and not used`);
  const isUnused = Object.keys(JUDGED).some((name) => !installed.some((one) => one.name === name));
  process.exitCode = refused.length > 0 || isUnused ? 1 : 0;
}
