import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Caller } from '../crypto/access-token.ts';
import { Problem } from '../domain/problem.ts';
import { percentDecoded } from '../http/percent-decoded.ts';
import { PLAIN_TEXT } from '../http/plain-text.ts';
import type { Operator } from './operator-desk.ts';

/** Why an operator looks, and from where. */
export interface AuditContext {
  /** The header `Audit-Reason`, in UTF-8 or percent-encoded; undefined when there is none. */
  reason: string | undefined;
  address: string;
}

export const FromAuditContext = createParamDecorator((_: unknown, context: ExecutionContext): AuditContext => {
  const request = context.switchToHttp().getRequest<FastifyRequest>();
  const header = request.headers['audit-reason'];
  return { reason: typeof header === 'string' ? readReason(header) : undefined, address: request.ip };
});

/** An operator who only looks gives the reason in a header. Problems: `invalid_request`. */
export function auditedRead({ clientId }: Caller, { reason, address }: AuditContext): Operator {
  if (reason !== undefined) return { operator: clientId, reason, address };
  throw new Problem(
    'invalid_request',
    'Send the reason for this read in the Audit-Reason header, as one line of text.',
  );
}

/** An operator who changes something gives the reason with it. */
export function auditedWrite({ clientId }: Caller, { address }: AuditContext, reason: string): Operator {
  return { operator: clientId, reason, address };
}

/** Header values are bytes (RFC 9110, 5.5); Node hands them over as Latin-1. */
function readReason(header: string): string | undefined {
  const text = Buffer.from(header, 'latin1').toString('utf8');
  const reason = (/%[\da-f]{2}/i.test(text) ? percentDecoded(text) : text).normalize('NFC').trim();
  return reason.length <= 200 && PLAIN_TEXT.test(reason) ? reason : undefined;
}
