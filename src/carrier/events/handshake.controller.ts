import { Controller, HttpCode, Options, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Problem } from '../../domain/problem.ts';

/**
 * The handshake with which senders of CloudEvents ask, without a token, whether they may send here (HTTP Web Hooks for
 * Event Delivery 1.0, section 4). It allows any origin: what admits an event is the token.
 */
@ApiExcludeController()
@Controller('carrier/v1/events')
export class HandshakeController {
  @Options()
  @HttpCode(200)
  handshake(@Req() { headers }: FastifyRequest, @Res() reply: FastifyReply): void {
    const origin = headers['webhook-request-origin'];
    if (typeof origin !== 'string') {
      throw new Problem('method_not_allowed', 'Use POST at this address.', { allow: ['OPTIONS', 'POST'] });
    }
    const rate = headers['webhook-request-rate'] === undefined ? {} : { 'WebHook-Allowed-Rate': '*' };
    void reply.headers({ Allow: 'OPTIONS, POST', 'WebHook-Allowed-Origin': origin, ...rate }).send();
  }
}
