import { Injectable } from '@nestjs/common';
import { AuthenticationStatus } from '../../authentication/status.ts';
import { Problem } from '../../domain/problem.ts';
import { CibaRequestStore, FULL_BATCH } from './ciba-request.store.ts';

/**
 * Ends the authentications of requests that expired before them, because their clients asked for less time: nobody would
 * learn of an approval.
 */
@Injectable()
export class EndExpired {
  constructor(
    private readonly store: CibaRequestStore,
    private readonly authentications: AuthenticationStatus,
  ) {}

  /** Returns true if more may have expired. */
  async run(): Promise<boolean> {
    const ended = await this.store.end();
    for (const { authenticationId, clientId, isOpen } of ended) {
      if (isOpen) await this.authentications.cancel(authenticationId, clientId).catch(ignoreClosed);
    }
    return ended.length === FULL_BATCH;
  }
}

/** It may have ended meanwhile by itself. */
function ignoreClosed(error: unknown): void {
  if (!(error instanceof Problem)) throw error;
}
