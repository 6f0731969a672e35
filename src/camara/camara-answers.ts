import { Injectable } from '@nestjs/common';
import type { CamaraCode } from '../http/camara-error.ts';
import { Metrics } from '../http/metrics.ts';
import type { Caller } from '../crypto/access-token.ts';
import { Disclosures } from '../history/disclosures.ts';
import type { Subject } from './subjects.ts';

/** Answers of the CAMARA APIs: each one about a person is recorded for that person, and all of them are counted. */
@Injectable()
export class CamaraAnswers {
  private readonly answers;

  constructor(
    private readonly disclosures: Disclosures,
    metrics: Metrics,
  ) {
    this.answers = metrics.counter(
      'pushguard_camara_answers_total',
      'Answers of the CAMARA APIs, by API and by what they said: answered, or the code of the refusal',
      ['api', 'outcome'],
    );
  }

  /** Records and counts what a relying party is told about a person. `operation` is the API and its operation. */
  async disclose(operation: string, { lineId, subscriptionId }: Subject, caller: Caller): Promise<void> {
    const purpose = caller.scopes.find((scope) => scope.startsWith('dpv:')) ?? null;
    await this.disclosures.record({ lineId, subscriptionId, clientId: caller.id, api: operation, purpose });
    this.count(operation.slice(0, operation.indexOf('/')), 'answered');
  }

  /** Counts an answer of an API. */
  count(api: string, outcome: CamaraCode | 'answered'): void {
    this.answers.inc({ api, outcome });
  }
}
