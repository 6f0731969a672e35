import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** `npm run sdk` writes the tarballs here, also while the service runs. */
const FOLDER = new URL('../../sdk/', import.meta.url);

/** The libraries for other people’s programs that were packed: the names of their tarballs. */
export function packedLibraries(): string[] {
  if (!existsSync(FOLDER)) return [];
  return readdirSync(FOLDER)
    .filter((name) => /^pushguard-[a-z]+-[\w.-]+\.tgz$/.test(name))
    .sort();
}

/** The bytes of a tarball; undefined for any other name. */
export function packedLibrary(file: string): Buffer | undefined {
  return packedLibraries().includes(file) ? readFileSync(new URL(file, FOLDER)) : undefined;
}
