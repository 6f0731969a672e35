import { Injectable } from '@nestjs/common';
import { Lines } from '../lines/lines.ts';
import { StartBudgets } from '../lines/start-budgets.ts';
import type { Authentication } from './authentication.entity.ts';

/** Finds the row that remembers a person's answer that it was not them. */
@Injectable()
export class QuietKeys {
  constructor(
    private readonly lines: Lines,
    private readonly budgets: StartBudgets,
  ) {}

  /**
   * That of the person of an authentication: the owner of the line where the index is another one, because a number alone may
   * have been named, or because it is a log-in.
   */
  async of(asked: Pick<Authentication, 'personIndex' | 'clientId' | 'flow' | 'lineId'>): Promise<Buffer> {
    const line = asked.flow !== 'api' && asked.lineId !== null ? await this.lines.byId(asked.lineId) : null;
    const [owner] = line ? this.lines.personIndexesNow(line) : [];
    return this.budgets.quietKeyOf(owner ?? asked.personIndex, asked.clientId);
  }
}
