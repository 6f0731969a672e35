import { unwatchFile, watchFile, type StatsListener } from 'node:fs';

/**
 * Milliseconds between two looks at a file. A look asks for the times of the file alone, and follows links, by which
 * orchestrators exchange secrets.
 */
const LOOK_MS = 5_000;

/**
 * Calls `onChange` on SIGHUP, and after one of the files was written or exchanged. Returns a function that ends it. Without
 * files it takes SIGHUP as well, which would end the process otherwise.
 */
export function watchSecretFiles(paths: readonly string[], onChange: () => void): () => void {
  const changed: StatsListener = (now, before) => {
    // A file that is gone for a moment is on its way to be exchanged.
    if (now.mtimeMs !== 0 && (now.mtimeMs !== before.mtimeMs || now.ino !== before.ino)) onChange();
  };
  for (const path of paths) watchFile(path, { interval: LOOK_MS, persistent: false }, changed);
  process.on('SIGHUP', onChange);
  return () => {
    process.off('SIGHUP', onChange);
    for (const path of paths) unwatchFile(path, changed);
  };
}
