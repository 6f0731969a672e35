import { chown, open, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { refused } from '../../relying-parties/client-settings.ts';

/** A new text of a file, which is written and not in place yet. */
export interface Prepared {
  /** Puts it in place, as a whole. */
  commit(): Promise<void>;
  abandon(): Promise<void>;
}

/**
 * Writes the next text of a file of secrets beside it, for its owner alone (0600) and with the same owner. Two commands at
 * once exclude each other. Throws `invalid_request` where the file cannot be written.
 */
export async function prepareFile(path: string, text: string): Promise<Prepared> {
  const place = await realpath(path);
  const beside = `${place}.new`;
  const { uid, gid } = await stat(place);
  let isOurs = false;
  try {
    const file = await open(beside, 'wx', 0o600);
    isOurs = true;
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    if (process.getuid?.() === 0) await chown(beside, uid, gid);
  } catch (error) {
    // A half-written file would keep every later command out.
    if (isOurs) await rm(beside, { force: true }).catch(() => undefined);
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') throw refused(`Another command is changing ${path}. If none is, remove ${beside}.`);
    throw refused(
      `${path} cannot be changed (${code ?? 'unknown error'}). Change the secret where it comes from: ` +
        'run this command on a copy, and put the result there.',
    );
  }
  return {
    commit: async () => {
      await rename(beside, place);
      // It is in place: what remains is whether a crash of the machine keeps it, which some folders cannot be asked.
      await syncFolder(dirname(place)).catch(() => undefined);
    },
    abandon: () => rm(beside, { force: true }),
  };
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  await folder.sync().finally(() => folder.close());
}

/** The text of the keyring. */
export async function readKeyringFile(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw refused(`${path} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown error'}).`);
  }
}
