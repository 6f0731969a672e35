import { join } from 'node:path';
import type { Member } from './cluster.ts';
import { ownDirectory, ownFile, Program } from './program.ts';
import type { Tools } from './tools.ts';

const STANZA = 'pushguard';

/** pgBackRest: a repository with backups and the archive of the log, in the directory of the rehearsal. */
export class Backups {
  readonly #home: string;
  /** Until when the cluster is restored, as PostgreSQL writes times. */
  #target: string | undefined;

  constructor(
    private readonly directory: string,
    private readonly tools: Tools,
  ) {
    this.#home = ownDirectory(join(directory, 'backups'), tools.account);
  }

  archiveCommand = (member: Member): string => `${this.#commandOf(member).join(' ')} archive-push %p`;

  restoreCommand = (member: Member): string =>
    `${this.#commandOf(member).join(' ')} --type=time "--target=${this.#target ?? ''}" --target-action=promote restore`;

  /** Takes a whole backup from the primary while it serves. */
  async take(primary: Member): Promise<void> {
    await this.#run(primary, 'stanza-create');
    await this.#run(primary, '--type=full', '--start-fast', 'backup');
  }

  /** Returns once the archive has what the primary wrote until now: `check` begins another segment and waits for the last. */
  async archiveAll(primary: Member): Promise<void> {
    await this.#run(primary, 'check');
  }

  restoreUntil(target: string): void {
    this.#target = target;
  }

  async #run(member: Member, ...args: string[]): Promise<void> {
    const [command = '', ...options] = this.#commandOf(member);
    const program = Program.start('pgbackrest', command, [...options, ...args], {
      directory: this.directory,
      account: this.tools.account,
    });
    await program.succeeded(`pgbackrest ${args.join(' ')}`);
  }

  /** The command with the settings of a member, of whose data the paths differ. */
  #commandOf(member: Member): string[] {
    const settings = `[global]
repo1-path=${join(this.#home, 'repository')}
log-path=${this.#home}
lock-path=${this.#home}
log-level-console=warn
log-level-file=off
repo1-retention-full=1
process-max=1

[${STANZA}]
pg1-path=${member.data}
pg1-port=${member.port}
pg1-socket-path=${member.home}
pg1-user=postgres
`;
    const file = ownFile(join(member.home, 'pgbackrest.conf'), settings, this.tools.account);
    return [this.tools.pgbackrest, `--config=${file}`, `--stanza=${STANZA}`];
  }
}
