import { spawn } from 'node:child_process';

/** Runs until its standard input ends, which it does with the parent, and then stops the server (`SIGINT`: fast). */
const PROGRAM = `process.stdin.resume().on('end', () => {
  try { process.kill(Number(process.argv[1]), 'SIGINT'); } catch {}
  process.exit();
});`;

/**
 * Stops the server when this process dies in any way, SIGKILL included, at the price of a small helper process.
 *
 * Returns the end of the guard itself, which must come before the server's process id can be anybody else's.
 */
export function guardPostmaster(pid: number): () => void {
  const guard = spawn(process.execPath, ['-e', PROGRAM, String(pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    // Out of reach of a Ctrl-C on the terminal, which this process handles itself.
    detached: true,
    windowsHide: true,
  });
  guard.unref();
  guard.stdin.on('error', () => undefined);
  (guard.stdin as unknown as { unref?: () => void }).unref?.();
  return () => void guard.kill('SIGKILL');
}
