import { Controller, HttpCode, Options, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';

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
    const allow = { Allow: 'OPTIONS, POST' };
    if (typeof origin !== 'string') {
      // No question of a sender: what OPTIONS asks of any address (RFC 9110, 9.3.7).
      void reply.status(204).headers(allow).send();
      return;
    }
    const rate = headers['webhook-request-rate'] === undefined ? {} : { 'WebHook-Allowed-Rate': '*' };
    void reply.headers({ ...allow, 'WebHook-Allowed-Origin': origin, ...rate }).send();
  }
}
