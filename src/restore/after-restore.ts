import { Injectable } from '@nestjs/common';
import { Database, type Session } from '../database/database.ts';
import { Problem } from '../domain/problem.ts';
import type { ClosedDoor } from '../journal/closed-door.ts';
import { isKnown, type JournalLine } from '../journal/journal-line.ts';
import { marksOfWriters } from '../journal/mark.ts';
import { LineMemories } from '../lines/line-memories.ts';
import { Audit } from '../operator/audit.ts';
import { Subscriptions } from '../subscriptions/subscriptions.ts';
import { closeSubscription } from './close-subscription.ts';
import { BATCH, type Journalled, RestoreStore, type RestoredMark } from './restore.store.ts';
import { Standings, type Standing } from './standings.ts';

/** The outcome of one run. */
export interface Restored {
  /** Rows that lived for a short time and were voided, by kind. */
  voided: ReadonlyMap<string, number>;
  /** Doors that were open in the database and are closed again, by kind. */
  closed: ReadonlyMap<string, number>;
  /** The lines of the journal that are newer than the database. */
  lines: number;
  /** The times of the first and the last of them. */
  from: string | null;
  until: string | null;
}

type Door<Kind extends ClosedDoor['door']> = Extract<ClosedDoor, { door: Kind }>;
/** Runs work in a transaction: one for each batch, or one around everything for a dry run. */
type InTransaction = <Result>(work: (session: Session) => Promise<Result>) => Promise<Result>;

const ACTOR = { operator: 'after-restore', address: '-' } as const;

/** Ends a dry run: the transaction is rolled back. */
class DryRunEnded extends Error {
  constructor(readonly restored: Restored) {
    super('a dry run changes nothing');
  }
}

/**
 * Makes a restored database safe. Voids what lives for a short time, and closes what the journal says was closed after
 * the backup. Opens nothing. A run that was killed leaves the service refused and is repeated; what is closed already
 * stays as it is.
 */
@Injectable()
export class AfterRestore {
  constructor(
    private readonly database: Database,
    private readonly store: RestoreStore,
    private readonly subscriptions: Subscriptions,
    private readonly memories: LineMemories,
    private readonly audit: Audit,
  ) {}

  /** Runs with the lines of the journal. `dryRun` changes nothing and returns what would change. */
  async run(lines: AsyncIterable<JournalLine>, { dryRun = false } = {}): Promise<Restored> {
    if (!dryRun) return this.work(lines, (work) => this.database.transaction(work));
    try {
      return await this.database.transaction(async (session) => {
        throw new DryRunEnded(await this.work(lines, (work) => work(session)));
      });
    } catch (error) {
      if (error instanceof DryRunEnded) return error.restored;
      throw error;
    }
  }

  /**
   * Records that the database moved to another cluster as planned, with all that it had. Returns false if nothing
   * moved. The caller makes sure that the journal is not ahead of the database.
   */
  async moved(): Promise<boolean> {
    const { present, systemIdentifier } = await this.store.mark();
    if (present === null) return false;
    return this.database.transaction(async (session) => {
      if (!(await this.store.move(session, present))) return false;
      const reason = `cluster ${systemIdentifier ?? 'unknown'} became ${present}`;
      await this.audit.done(session, { ...ACTOR, action: 'database-moved', reason });
      return true;
    });
  }

  private async work(lines: AsyncIterable<JournalLine>, inTransaction: InTransaction): Promise<Restored> {
    const mark = await this.store.mark();
    await inTransaction((session) => this.store.begin(session));
    const voided = await this.store.voidShortLived(inTransaction);
    const { journalled, ...result } = await this.closeAgain(lines, mark, inTransaction);
    const restored = { voided, ...result };
    await inTransaction(async (session) => {
      await this.store.complete(session, journalled, mark.present);
      await this.audit.done(session, { ...ACTOR, action: 'after-restore', reason: reasonOf(restored) });
    });
    return restored;
  }

  /** Reads the journal once. Memory holds one batch, and one entry for each subscription that changed. */
  private async closeAgain(
    lines: AsyncIterable<JournalLine>,
    mark: RestoredMark,
    inTransaction: InTransaction,
  ): Promise<Omit<Restored, 'voided'> & { journalled: Journalled }> {
    const closed = new Map<string, number>();
    const standings = new Standings();
    const count = (what: string, more: number) => more > 0 && closed.set(what, (closed.get(what) ?? 0) + more);
    let batch: ClosedDoor[] = [];
    const known = { value: mark.value, writers: await marksOfWriters(this.database) };
    const journalled: Journalled = { highest: mark.value, epoch: 0, firstMarked: null, writers: new Map() };
    const earliest = (one: string | null, other: string) => (one === null || other < one ? other : one);
    let read = 0;
    let from = null as string | null;
    let until = null as string | null;
    const flush = async () => {
      const doors = batch;
      batch = [];
      for (const [what, more] of await inTransaction((session) => this.closeDoors(session, doors))) count(what, more);
    };
    for await (const line of lines) {
      const { installation, at, epoch, writer, mark: own, closed: door } = line;
      if (installation !== mark.installation) continue;
      journalled.epoch = Math.max(journalled.epoch, epoch);
      if (isKnown(line, known)) continue;
      read += 1;
      if (own !== null) {
        if (writer !== undefined) journalled.writers.set(writer, Math.max(own, journalled.writers.get(writer) ?? 0));
        journalled.highest = Math.max(journalled.highest, own);
        journalled.firstMarked = earliest(journalled.firstMarked, at);
      }
      from = earliest(from, at);
      until = until === null || at > until ? at : until;
      if (door.door !== 'subscription') batch.push(door);
      else standings.add(line, door);
      if (batch.length >= BATCH) await flush();
    }
    await flush();
    for (const standing of standings) {
      if (await inTransaction((session) => this.closeSubscription(session, standing))) count('subscriptions', 1);
    }
    return { closed, lines: read, from, until, journalled };
  }

  /** Codes need no statement: every open authentication is voided before. */
  private async closeDoors(session: Session, doors: readonly ClosedDoor[]): Promise<[string, number][]> {
    const of = <Kind extends ClosedDoor['door']>(kind: Kind) =>
      doors.filter((one): one is Door<Kind> => one.door === kind);
    const idsOf = (kind: ClosedDoor['door']) => of(kind).map(({ id }) => id);
    const [codes, accountCodes] = [of('otp_step_used'), of('operator_step_used')];
    const pins = of('pin_locked').map(({ wrong }) => wrong);
    const secrets = of('client_secret_ended');
    const [digests, ends] = [secrets.map(({ digest }) => digest), secrets.map(({ until }) => until)];
    const stepsOf = (used: readonly { step: number }[]) => used.map(({ step }) => step);
    return [
      ['devices', await this.store.revokeDevices(session, idsOf('device_revoked'))],
      ['PINs', await this.store.lockPins(session, idsOf('pin_locked'), pins)],
      ['registrations', await this.store.revokeRegistrations(session, idsOf('registration_revoked'))],
      ['accounts', await this.store.disableAccounts(session, idsOf('operator_disabled'))],
      ['clients', await this.store.disableClients(session, idsOf('client_disabled'))],
      ['secrets of clients', await this.store.endSecrets(session, idsOf('client_secret_ended'), digests, ends)],
      ['keys of clients', await this.store.endKeys(session, of('client_key_ended'))],
      ['sink tokens', await this.store.revokeSinkTokens(session, idsOf('sink_token_revoked'))],
      ['members at the console', await this.store.endMembers(session, idsOf('console_member_ended'))],
      ['invitations to the console', await this.store.closeInvitations(session, idsOf('console_invitation_closed'))],
      ['one-time passwords', await this.store.spendSteps(session, idsOf('otp_step_used'), stepsOf(codes))],
      [
        'one-time passwords of accounts',
        await this.store.spendAccountSteps(session, idsOf('operator_step_used'), stepsOf(accountCodes)),
      ],
    ];
  }

  /** Closes one subscription as far as the journal says. Returns false if there is nothing to close. */
  private async closeSubscription(session: Session, standing: Standing): Promise<boolean> {
    try {
      const closed = await closeSubscription(session, this.subscriptions, standing);
      if (closed?.state === 'cancelled') {
        await this.store.revokeDevices(session, [], standing.id);
        // What stood on it when it ended is not known. In doubt, the line gets no code by SMS for a while.
        const at = new Date();
        const ended = { kind: 'protection_ended', at, wasProtected: closed.wasProtected, inDoubt: true } as const;
        await this.memories.remember(session, closed.lineId, ended);
      }
      return closed !== null;
    } catch (error) {
      // It began after the backup: no row of it is there.
      if (error instanceof Problem && error.code === 'subscription_not_found') return false;
      throw error;
    }
  }
}

/** What the audit says of the gap. */
function reasonOf({ lines, from, until, closed, voided }: Restored): string {
  const list = (counts: ReadonlyMap<string, number>) =>
    [...counts].map(([what, count]) => `${count} ${what}`).join(', ') || 'nothing';
  const gap = from === null ? 'no line of a journal is newer' : `${lines} lines from ${from} until ${until ?? from}`;
  return `${gap}; closed again: ${list(closed)}; voided: ${list(voided)}`;
}
