import { Injectable } from '@nestjs/common';
import { Start, type IdempotencyKey, type StartedAuthentication, type StartInput } from '../authentication/start.ts';
import { AuthenticationStatus } from '../authentication/status.ts';
import { Verify } from '../authentication/verify.ts';
import { TestAuthentications } from '../test-mode/test-authentications.ts';
import { TestStart } from '../test-mode/test-start.ts';
import { TestVerify } from '../test-mode/test-verify.ts';
import type { HostedWindow } from './window.store.ts';

type Driven = Pick<HostedWindow, 'clientId' | 'isTest'>;

/** The authentications that windows drive: live ones, or those of test mode. */
@Injectable()
export class WindowAuthentications {
  constructor(
    private readonly starts: Start,
    private readonly statuses: AuthenticationStatus,
    private readonly verifying: Verify,
    private readonly testStarts: TestStart,
    private readonly tests: TestAuthentications,
    private readonly testVerifying: TestVerify,
  ) {}

  /** Problems: as `Start`. */
  start({ clientId, isTest }: Driven, input: StartInput, once: IdempotencyKey): Promise<StartedAuthentication> {
    return isTest ? this.testStarts.start(input, clientId, once) : this.starts.start(input, clientId, once, 'ours');
  }

  /** What a window does between start and verification. */
  of({ isTest }: Driven): Pick<AuthenticationStatus, 'see' | 'named' | 'resend' | 'cancel'> {
    return isTest ? this.tests : this.statuses;
  }

  /** Problems: as `Verify`. */
  async verify({ isTest }: Driven, id: string, code: string, client: { id: string; clientId: string }): Promise<void> {
    if (isTest) await this.testVerifying.verify(id, { code }, client);
    else await this.verifying.verify(id, { code }, client);
  }

  /** The authentication of test mode that a key started. */
  testStartedBy({ clientId }: Driven, keyDigest: Buffer): Promise<string | undefined> {
    return this.tests.startedBy(clientId, keyDigest);
  }
}
