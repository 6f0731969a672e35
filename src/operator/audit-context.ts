import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Caller } from '../crypto/access-token.ts';
import type { DeedActor } from '../domain/deed.ts';
import { addressOf } from '../http/address.ts';
import { badParameter } from '../http/faults.ts';
import { SHOWN_TEXT } from '../http/plain-text.ts';
import { headerText } from '../http/utf8.ts';
import type { Operator } from './operator-desk.ts';
import type { Doer } from './second-person.ts';

/** The reason and the address of an operator’s request. */
export interface AuditContext {
  /** The header `Audit-Reason`, in UTF-8 or percent-encoded; undefined without that header. */
  reason: string | undefined;
  address: string;
}

export const FromAuditContext = createParamDecorator((_: unknown, context: ExecutionContext): AuditContext => {
  const request = context.switchToHttp().getRequest<FastifyRequest>();
  const header = request.headers['audit-reason'];
  return { reason: typeof header === 'string' ? readReason(header) : undefined, address: addressOf(request) };
});

/** Returns the operator of a read, whose reason comes in the header. Problems: `invalid_request` without a reason. */
export function auditedRead({ clientId }: Caller, { reason, address }: AuditContext): Operator {
  if (reason !== undefined) return { operator: clientId, reason, address };
  throw badParameter(
    'Audit-Reason',
    'Send the reason for this read in the header Audit-Reason, as one line of visible text of 1 to 200 characters.',
  );
}

/** Returns the operator of a change, whose reason comes in the body. */
export function auditedWrite({ clientId }: Caller, { address }: AuditContext, reason: string): Operator {
  return { operator: clientId, reason, address };
}

/** Returns the one who acts, a program or an operator at the desk; see {@link Doer}. */
export function acting(caller: Caller, context: AuditContext, reason: string): Doer {
  return { ...auditedWrite(caller, context, reason), id: caller.id, actor: actorOf(caller) };
}

/** The guard gives an operator at the desk no scope; a token has at least one. */
function actorOf({ scopes }: Caller): DeedActor {
  if (scopes.length === 0) return 'operator';
  return scopes.includes('operator.decide') ? 'deciding_client' : 'client';
}

function readReason(header: string): string | undefined {
  const reason = headerText(header)?.normalize('NFC').trim() ?? '';
  return reason.length <= 200 && SHOWN_TEXT.test(reason) ? reason : undefined;
}
