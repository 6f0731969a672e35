import {
  applyDecorators,
  Injectable,
  SetMetadata,
  UseGuards,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { ApiSecurity } from '@nestjs/swagger';
import { AccessTokens } from '../crypto/access-token.ts';
import { Problem } from '../domain/problem.ts';
import { clientOf, type CalledRequest } from '../http/client.guard.ts';
import { DisabledClients } from '../http/disabled-clients.ts';
import { sinkTokenIn, SinkTokens } from '../relying-parties/sink-tokens.ts';

const SINK = 'takes-sink-tokens';

/** Admits a client of the scope `carrier` with an access token and, where a route takes it, with a sink token. */
@Injectable()
class CarrierGuard implements CanActivate {
  constructor(
    readonly tokens: AccessTokens,
    readonly disabled: DisabledClients,
    private readonly sinkTokens: SinkTokens,
    private readonly reflector: Reflector,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<CalledRequest>();
    const sinkToken = sinkTokenIn(request.headers.authorization);
    if (sinkToken !== undefined && this.reflector.get<boolean | undefined>(SINK, context.getHandler()) !== true) {
      throw new Problem('invalid_token', 'A sink token opens POST /carrier/v1/events alone. Get an access token.');
    }
    request.caller =
      sinkToken === undefined ? await clientOf(request, this, 'carrier') : await this.sinkTokens.callerOf(sinkToken);
    return true;
  }
}

/** Declares that the callers of a controller are carriers' systems. */
export function ForCarriers(): ClassDecorator {
  return applyDecorators(UseGuards(CarrierGuard), ApiSecurity('bearer', ['carrier']));
}

/** Declares that a route also takes sink tokens, which a carrier's platform presents with its subscriptions. */
export function TakesSinkTokens(): MethodDecorator {
  return SetMetadata(SINK, true);
}
