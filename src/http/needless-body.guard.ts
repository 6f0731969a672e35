import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { ROUTE_ARGS_METADATA, RouteParamtypes } from '@nestjs/common/internal';
import type { FastifyRequest } from 'fastify';
import { Problem } from '../domain/problem.ts';
import { bodyTypeOf } from './fastify.ts';
import { MOST_FAULTS } from './input.pipe.ts';

/**
 * Refuses a JSON body at an operation that takes none: a caller who sends one expects that it counts. No body and an empty
 * object are accepted. Problems: `invalid_request`.
 */
@Injectable()
export class NeedlessBodyGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const members = Object.keys(request.body ?? {});
    if (members.length === 0 || bodyTypeOf(request) !== 'json' || takesBody(context)) return true;
    const errors = members.slice(0, MOST_FAULTS).map((name) => ({
      pointer: `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`,
      detail: 'This operation has no body. Remove this field.',
    }));
    throw new Problem('invalid_request', 'Send this request without a body or with an empty object.', { errors });
  }
}

/** Whether the method of the controller has a parameter for the body. */
function takesBody(context: ExecutionContext): boolean {
  const declared = (Reflect.getMetadata(ROUTE_ARGS_METADATA, context.getClass(), context.getHandler().name) ??
    {}) as Readonly<Record<string, unknown>>;
  return Object.keys(declared).some((key) => key.startsWith(`${RouteParamtypes.BODY}:`));
}
