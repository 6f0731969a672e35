import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { ROUTE_ARGS_METADATA, RouteParamtypes } from '@nestjs/common/internal';
import type { FastifyRequest } from 'fastify';
import { Problem } from '../domain/problem.ts';
import { camaraApiOf } from './camara-error.ts';
import { bodyTypeOf } from './fastify.ts';
import { pointerBelow } from './faults.ts';
import { MOST_FAULTS } from './input.pipe.ts';

/**
 * The addresses of the JSON APIs, beside those of CAMARA. At others, parameters of the query are ignored: addresses of pages
 * carry what mail programs and advertisements append, OAuth requires it (RFC 6749, 3.1), probes of health may send any, and
 * the proof of a device says nothing of them.
 */
const JSON_API = /^\/(?:(?:operator|carrier)\/)?v1\//;

/**
 * Refuses what an operation does not take at all: the members of a JSON body, and at the JSON APIs the parameters of the
 * query. A caller who sends one expects that it counts. No body and an empty object are accepted. Where an operation takes
 * some, the input pipe refuses the others. Problems: `invalid_request`.
 */
@Injectable()
export class NeedlessInputGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    if (bodyTypeOf(request) === 'json') refuseNeedless(request.body, context, BODY);
    if (isOfJsonApi(request)) refuseNeedless(request.query, context, QUERY);
    return true;
  }
}

/** A part of a request that some operations do not take, and what is said of it. */
interface Part {
  declaredAs: RouteParamtypes;
  sentence: string;
  /** Said of each member. */
  detail: string;
}

const BODY: Part = {
  declaredAs: RouteParamtypes.BODY,
  sentence: 'Send this request without a body or with an empty object.',
  detail: 'This operation has no body. Remove this field.',
};
const QUERY: Part = {
  declaredAs: RouteParamtypes.QUERY,
  sentence: 'Send this request without parameters in the query.',
  detail: 'This operation has no parameters in the query. Remove this one.',
};

function isOfJsonApi({ url, routeOptions }: FastifyRequest): boolean {
  return JSON_API.test(routeOptions.url ?? '') || camaraApiOf(url) !== undefined;
}

function refuseNeedless(sent: unknown, context: ExecutionContext, { declaredAs, sentence, detail }: Part): void {
  const names = Object.keys(sent ?? {});
  if (names.length === 0 || takes(context, declaredAs)) return;
  const errors = names.slice(0, MOST_FAULTS).map((name) => ({ pointer: pointerBelow('', name), detail }));
  throw new Problem('invalid_request', sentence, { errors });
}

/** Whether the method of the controller has a parameter for a part of the request. */
function takes(context: ExecutionContext, part: RouteParamtypes): boolean {
  const declared = (Reflect.getMetadata(ROUTE_ARGS_METADATA, context.getClass(), context.getHandler().name) ??
    {}) as Readonly<Record<string, unknown>>;
  return Object.keys(declared).some((key) => key.startsWith(`${part}:`));
}
