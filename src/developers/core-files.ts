import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** The build copies the files from `test/examples/`, where a test compiles and runs those that can be run. */
const FOLDER = new URL('./cores/', import.meta.url);

/** What a native app computes, as source to copy: a folder for each platform. */
const CORES = ['android-core', 'ios-core'];

/** The source of one file of a core; undefined for any other name. */
export function coreText(core: string, file: string): string | undefined {
  const folder = new URL(`${core}/`, FOLDER);
  if (!CORES.includes(core) || !existsSync(folder) || !readdirSync(folder).includes(file)) return undefined;
  return readFileSync(new URL(file, folder), 'utf8');
}
