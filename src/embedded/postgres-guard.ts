import { spawn } from 'node:child_process';

/**
 * Runs until its standard input closes, which happens when the parent dies, and then stops the server (`SIGINT`: fast).
 */
const PROGRAM = `process.stdin.resume().on('end', () => {
  try { process.kill(Number(process.argv[1]), 'SIGINT'); } catch {}
  process.exit();
});`;

/**
 * Stops the server when this process dies in any way, SIGKILL included, at the cost of a small helper process.
 *
 * Returns a function that ends the guard. Call it before the server's process id can be reused by another process.
 */
export function guardPostmaster(pid: number): () => void {
  const guard = spawn(process.execPath, ['-e', PROGRAM, String(pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    // Detached, so that a Ctrl-C on the terminal does not reach it; this process handles it.
    detached: true,
    windowsHide: true,
  });
  guard.unref();
  guard.stdin.on('error', () => undefined);
  (guard.stdin as unknown as { unref?: () => void }).unref?.();
  return () => void guard.kill('SIGKILL');
}
