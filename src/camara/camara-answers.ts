import { Injectable } from '@nestjs/common';
import type { Caller } from '../crypto/access-token.ts';
import { Disclosures } from '../history/disclosures.ts';
import type { Subject } from './subjects.ts';

/** Answers of the CAMARA APIs: each one about a person is recorded for that person. */
@Injectable()
export class CamaraAnswers {
  constructor(private readonly disclosures: Disclosures) {}

  /** Records what a relying party is told about a person. `operation` is the API and its operation. */
  async disclose(operation: string, { lineId, subscriptionId }: Subject, caller: Caller): Promise<void> {
    const purpose = purposeOf(caller);
    await this.disclosures.record({ lineId, subscriptionId, clientId: caller.id, api: operation, purpose });
  }
}

/** The purpose that the client stated when it got its token (`dpv:…`); null without one. */
export function purposeOf({ scopes }: Caller): string | null {
  return scopes.find((scope) => scope.startsWith('dpv:')) ?? null;
}
