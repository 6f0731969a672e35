import { applyDecorators, Injectable, UseGuards, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { ApiSecurity } from '@nestjs/swagger';
import { Environment } from '../../config/environment.ts';
import { signedCallFault } from '../crypto/webhook-signature.ts';
import { Problem } from '../domain/problem.ts';
import type { RawRequest } from '../http/fastify.ts';

/** Admits the broker of text messages by its signature. Problems: `not_found` without a secret, `signature_invalid`. */
@Injectable()
class SmsBrokerGuard implements CanActivate {
  constructor(private readonly environment: Environment) {}

  canActivate(context: ExecutionContext): boolean {
    const secrets = this.environment.smsHttpSecrets;
    if (secrets.length === 0) throw new Problem('not_found', 'No broker of text messages has a secret here.');
    const { headers, rawBody = Buffer.alloc(0) } = context.switchToHttp().getRequest<RawRequest>();
    const one = (name: string) => [headers[name]].flat().at(0);
    const call = {
      id: one('webhook-id'),
      timestamp: one('webhook-timestamp'),
      signature: one('webhook-signature'),
      body: rawBody,
    };
    const fault = signedCallFault(call, secrets, new Date());
    if (fault !== null) throw new Problem('signature_invalid', fault);
    return true;
  }
}

/** Declares on a controller that its caller is the broker of text messages. */
export function ForSmsBroker(): ClassDecorator {
  return applyDecorators(UseGuards(SmsBrokerGuard), ApiSecurity('webhookSignature'));
}
