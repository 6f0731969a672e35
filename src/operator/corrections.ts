import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { IsNull, type Repository } from 'typeorm';
import { randomId } from '../crypto/random.ts';
import { ServiceKeys } from '../crypto/service-keys.ts';
import { Database, isConflict } from '../database/database.ts';
import type { CorrectableFact } from '../domain/correction.ts';
import { Problem } from '../domain/problem.ts';
import { Subscriptions } from '../subscriptions/subscriptions.ts';
import { Audit, type AuditedCall } from './audit.ts';
import { Correction } from './correction.entity.ts';
import { CorrectionStore, type OpenRow } from './correction.store.ts';
import { MaskedNumbers } from './masked-numbers.ts';

/** A request for a correction, in readable form. */
export interface OpenCorrection {
  id: string;
  subscriptionId: string;
  /** Masked; null where the line has none. */
  phoneNumber: string | null;
  fact: CorrectableFact;
  detail: string;
  askedBy: string;
  askedAt: Date;
}

/** The operator who acts, with the reason and the address. */
type Operator = Pick<AuditedCall, 'operator' | 'reason' | 'address'>;

/**
 * Wrong facts of lines. The service believes the carrier alone, so an agent changes nothing: the agent keeps what the
 * carrier must change, and a supervisor closes it when the carrier was told.
 */
@Injectable()
export class Corrections {
  constructor(
    @InjectRepository(Correction) private readonly corrections: Repository<Correction>,
    private readonly store: CorrectionStore,
    private readonly database: Database,
    private readonly subscriptions: Subscriptions,
    private readonly numbers: MaskedNumbers,
    private readonly keys: ServiceKeys,
    private readonly audit: Audit,
  ) {}

  /**
   * Keeps that a fact is wrong. Problems: `subscription_not_found`, also for a cancelled one; `nothing_to_change` while
   * a correction of the same fact is open.
   */
  async ask(by: Operator, subscriptionId: string, fact: CorrectableFact, detail: string): Promise<void> {
    const { operator, reason, address } = by;
    const call = { operator, reason, address, action: 'ask-correction', subscriptionId };
    const id = randomId();
    await this.audit.of(call, async () => {
      const { state } = await this.subscriptions.view(subscriptionId);
      if (state === 'cancelled') throw new Problem('subscription_not_found', 'The subscription has ended.');
      const kept = {
        id,
        subscriptionId,
        fact,
        detail: this.keys.fields.encrypt(detail, placeOf(id)),
        askedBy: operator,
      };
      try {
        await this.database.transaction(async (session) => {
          await session.manager.insert(Correction, kept);
          await this.audit.done(session, call);
        });
      } catch (error) {
        if (!isConflict(error, 'corrections_once')) throw error;
        throw new Problem('nothing_to_change', 'A correction of this fact was already requested.');
      }
    });
  }

  /** Closes a request, because the carrier was told. Problems: `approval_not_found` when it is not open. */
  async close(by: Operator, id: string): Promise<void> {
    const { operator, reason, address } = by;
    const found = await this.corrections.findOneBy({ id });
    const about = found ? { subscriptionId: found.subscriptionId } : {};
    const call = { operator, reason, address, action: 'close-correction', ...about };
    await this.audit.of(call, () =>
      this.database.transaction(async (session) => {
        const closed = { closedBy: operator, closedAt: () => 'now()' };
        const { affected } = await session.manager.update(Correction, { id, closedAt: IsNull() }, closed);
        if (affected !== 1) throw correctionNotFound();
        await this.audit.done(session, call);
      }),
    );
  }

  /** Lists the open requests of all subscriptions, oldest first, at most 100. The caller audits the read. */
  async open(): Promise<OpenCorrection[]> {
    return this.readable(await this.store.open());
  }

  /** Lists the open requests of a subscription, oldest first. The caller audits the read. */
  async ofSubscription(subscriptionId: string): Promise<OpenCorrection[]> {
    return this.readable(await this.store.openOf(subscriptionId));
  }

  private async readable(rows: readonly OpenRow[]): Promise<OpenCorrection[]> {
    const numbers = await this.numbers.of(
      rows.flatMap(({ subscriptionId, lineId, subscriptionState }) =>
        lineId === null || subscriptionState === null ? [] : [{ subscriptionId, lineId, subscriptionState }],
      ),
    );
    return rows.map(({ id, subscriptionId, fact, detail, askedBy, askedAt }) => ({
      id,
      subscriptionId,
      phoneNumber: numbers.get(subscriptionId) ?? null,
      fact,
      detail: this.keys.fields.decrypt(detail, placeOf(id)).toString('utf8'),
      askedBy,
      askedAt,
    }));
  }
}

/** `approval_not_found`: no request for a correction with this id is open. */
export function correctionNotFound(): Problem {
  return new Problem('approval_not_found', 'Choose a request from the open corrections.');
}

function placeOf(id: string): string {
  return `corrections:detail:${id}`;
}
