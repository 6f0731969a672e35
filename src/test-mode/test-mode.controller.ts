import { Controller, Get, Param } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { notFound } from '../authentication/closed-problem.ts';
import type { Caller } from '../crypto/access-token.ts';
import { ForClients, FromClient } from '../http/client.guard.ts';
import { OpaqueId } from '../http/opaque-id.ts';
import { Operation } from '../http/operation.ts';
import { TestAuthentications } from './test-authentications.ts';
import { TestAuthenticationResponse } from './test-mode.dto.ts';

@ApiTags('Relying party')
@ForClients('authentications', 'test')
@Controller('v1/test/authentications')
export class TestModeController {
  constructor(private readonly authentications: TestAuthentications) {}

  /**
   * Returns what the phone of a test person shows. For tokens of test mode alone. Errors: `wrong_mode` for a live token,
   * `authentication_not_found`, also for an authentication of another relying party and for a live one.
   */
  @Get(':id')
  @Operation('getTestAuthentication', {
    summary: 'Get the code of a test person',
    answers: 'What the phone shows',
    refuses: ['wrong_mode', 'authentication_not_found'],
  })
  phone(
    @FromClient() client: Caller,
    @Param('id', new OpaqueId(notFound)) id: string,
  ): Promise<TestAuthenticationResponse> {
    return this.authentications.phone(id, client.id);
  }
}
