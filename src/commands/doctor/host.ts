import { access, constants, stat, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, resolve } from 'node:path';
import { givenFiles, type Environment } from '../../../config/environment.ts';
import { readCompany } from '../../pages/company.ts';
import { readAdoptionFolder } from '../../adoption/adoption-folder.ts';
import { readLegalFolder } from '../../pages/legal/legal-texts.ts';
import { requireFreePorts } from '../../process/listening.ts';
import { note, off, ok, reasonOf, unknown, wrong, type Line } from './line.ts';

/** Bytes below which a disk is as good as full, and the share of it below which an operator should look. */
const LEAST_BYTES = 200 * 1024 * 1024;
const LEAST_SHARE = 0.05;
/** Milliseconds in which a neighbour must answer. */
const ANSWER_MS = 5_000;

/** Looks at the folders that the process writes to. */
export async function diskLines({ DATA_DIR, JOURNAL_FILE, NODE_ENV }: Environment): Promise<Line[]> {
  const folders = new Map([['temporary folder', tmpdir()]]);
  if (NODE_ENV !== 'production') folders.set('data folder', resolve(DATA_DIR));
  if (JOURNAL_FILE !== undefined && JOURNAL_FILE !== '-') folders.set('journal folder', dirname(resolve(JOURNAL_FILE)));
  return Promise.all([...folders].map(([check, path]) => folderLine(check, path)));
}

async function folderLine(check: string, path: string): Promise<Line> {
  try {
    await access(path, constants.W_OK | constants.X_OK);
    const { bavail, blocks, bsize } = await statfs(path);
    const says = `${path} has ${Math.round((bavail * bsize) / 1024 / 1024)} MiB free`;
    const todo = 'Free space there, or enlarge it.';
    if (bavail * bsize < LEAST_BYTES) return wrong(check, says, todo);
    const share = bavail / blocks;
    return share < LEAST_SHARE ? note(check, `${says}, ${(100 * share).toFixed(1)} % of it`, todo) : ok(check, says);
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    // The first start makes the data folder.
    if (code === 'ENOENT' && check === 'data folder') return off(check, `${path} is not there yet`);
    return wrong(
      check,
      `${path} cannot be written to (${code})`,
      'Create it, and give the account of the service its use.',
    );
  }
}

/** Looks at who may read the files with secrets. */
export async function secretFileLines(variables: Record<string, string | undefined>): Promise<Line[]> {
  const open: string[] = [];
  for (const { name, path } of givenFiles(variables)) {
    const mode = await stat(path).then(
      (facts) => facts.mode,
      () => 0,
    );
    if ((mode & 0o007) !== 0) open.push(name);
  }
  if (open.length === 0) return [];
  return [note('secret files', `every account can read ${open.join(', ')}`, 'chmod o= on each file.')];
}

/** Tries the ports. A process of the service that runs here has them, and says how it is. */
export async function portLines(environment: Environment): Promise<Line[]> {
  try {
    await requireFreePorts(environment);
    return [ok('ports', 'are free: no process of the service runs here')];
  } catch (error) {
    const { hostInUrl, MANAGEMENT_PORT } = environment;
    const health = await readJson(`http://${hostInUrl}:${MANAGEMENT_PORT}/health/ready`);
    const { status, failing } = (health ?? {}) as { status?: unknown; failing?: unknown };
    if (status === 'up') return [ok('ports', 'a process of the service runs here and is ready')];
    if (status === 'down') {
      const needs = Array.isArray(failing) ? failing.join(', ') : 'nothing named';
      return [
        wrong(
          'ports',
          `a process of the service runs here and is not ready: ${needs}`,
          'See “Readiness” in the guide Operation.',
        ),
      ];
    }
    return [wrong('ports', reasonOf(error), 'Give another port or host, or end the program that has it.')];
  }
}

/** Asks the address that callers know for its name. */
export async function issuerLines({ ISSUER, NODE_ENV }: Environment): Promise<Line[]> {
  if (!ISSUER) return [off('issuer', 'not configured: host and port')];
  const lines: Line[] = [];
  if (NODE_ENV === 'production' && !ISSUER.startsWith('https:'))
    lines.push(
      wrong('issuer scheme', 'is not https', 'Put a proxy with TLS in front, and give its address as ISSUER.'),
    );
  try {
    const signal = AbortSignal.timeout(ANSWER_MS);
    const response = await fetch(`${ISSUER}/.well-known/oauth-authorization-server`, { redirect: 'manual', signal });
    const { issuer } = (await response.json()) as { issuer?: unknown };
    return [
      ...lines,
      issuer === ISSUER
        ? ok('issuer', 'answers with its own name')
        : wrong(
            'issuer',
            `answers (status ${response.status}) and names another issuer`,
            'Correct ISSUER, or what the proxy forwards to.',
          ),
    ];
  } catch (error) {
    const reason = reasonOf((error as { cause?: unknown }).cause ?? error);
    return [
      ...lines,
      unknown('issuer', `is not reached: ${reason}`, 'Start the service and its proxy, then ask again.'),
    ];
  }
}

/** Reads the operator's own texts. */
export function legalLines({ LEGAL_TEXTS }: Environment): Line[] {
  if (LEGAL_TEXTS === undefined) return [off('legal texts', 'the service’s own')];
  try {
    readLegalFolder(LEGAL_TEXTS);
    readCompany(LEGAL_TEXTS);
    return [ok('legal texts', 'can be read')];
  } catch (error) {
    return [wrong('legal texts', reasonOf(error), 'Correct the folder LEGAL_TEXTS.')];
  }
}

/** Reads the carrier's brand, words and legal texts. */
export async function adoptionLines({ ADOPTION_DIR }: Environment): Promise<Line[]> {
  if (ADOPTION_DIR === undefined) return [off('brand and words', 'the service’s own')];
  try {
    await readAdoptionFolder(ADOPTION_DIR);
    return [ok('brand and words', 'can be read')];
  } catch (error) {
    // A line for each fault.
    const [, ...faults] = (error as Error).message.split('\n');
    const reasons = faults.length > 0 ? faults : [reasonOf(error)];
    return reasons.map((one) => wrong('brand and words', one.trim(), 'Correct the file in ADOPTION_DIR.'));
  }
}

async function readJson(url: string): Promise<unknown> {
  try {
    return await (await fetch(url, { signal: AbortSignal.timeout(ANSWER_MS) })).json();
  } catch {
    return undefined;
  }
}
