import type { FastifyReply, FastifyRequest } from 'fastify';
import { MIMEType } from 'node:util';
import { Problem } from '../domain/problem.ts';
import { badParameter } from './faults.ts';
import { notUtf8, percentDecoded } from './utf8.ts';

/**
 * The rules of every message, whatever its address: one `Host` that names a host (RFC 9112, 3.2), credentials at most once,
 * an address in UTF-8, and a body in UTF-8 that is sent as it is. Without such a `Host` the connection is closed after the
 * answer: a proxy in front may take its requests for those of another site.
 * Problems: `invalid_request`, `unsupported_media_type`.
 */
export function assertMessage(request: FastifyRequest, reply: FastifyReply): void {
  const fault = faultOfHost(request);
  if (fault !== undefined) {
    void reply.header('Connection', 'close');
    throw badParameter('Host', fault);
  }
  if (timesSent(request, 'authorization') > 1)
    throw badParameter('Authorization', 'Send the header Authorization only once.');
  // The bytes of an address are ASCII (RFC 3986, 2); others would reach the routes as letters of Latin-1.
  const address = request.raw.url ?? '';
  const isUtf8 = judgesParameters(request) || percentDecoded(address) !== null;
  if (!/^[\x21-\x7e]*$/.test(address) || !isUtf8) throw notUtf8('address');
  if (!hasBody(request)) return;
  assertEncoding(request);
  assertCharset(request.headers['content-type']);
}

/**
 * Whether the route reads its parameters by `readEveryParameter`, because it answers one that is repeated or no UTF-8 in
 * its own way (`judgesParameters` of its configuration).
 */
export function judgesParameters({ routeOptions }: FastifyRequest): boolean {
  return (routeOptions.config as { judgesParameters?: boolean }).judgesParameters === true;
}

/** Whether the request announces a body. */
export function hasBody({ headers }: FastifyRequest): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

/** A host as RFC 3986, 3.2.2 writes it, with or without a port. A name may be empty there, and is accepted. */
const HOST = /^(?:\[[\da-f:.]+\]|(?:[\w.~!$&'()*+,;=-]|%[\da-f]{2})*)(?::\d*)?$/i;

/** How often a header was sent. Node keeps the first of some and drops the others from `headers`. */
function timesSent({ raw }: FastifyRequest, header: string): number {
  return raw.rawHeaders.filter((name, at) => at % 2 === 0 && name.toLowerCase() === header).length;
}

function faultOfHost(request: FastifyRequest): string | undefined {
  const { raw } = request;
  // A proxy in front may have read another one of several.
  const hosts = timesSent(request, 'host');
  if (hosts === 0 && raw.httpVersion === '1.0') return undefined;
  if (hosts !== 1) return 'Send the header Host exactly once.';
  if (!HOST.test(raw.headers.host ?? '')) return 'Send a host, with or without a port, in the header Host.';
  return undefined;
}

function assertEncoding({ headers }: FastifyRequest): void {
  const encoding = headers['content-encoding']?.trim().toLowerCase() ?? '';
  if (encoding !== '' && encoding !== 'identity')
    throw new Problem('unsupported_media_type', 'Send the body without Content-Encoding.', { identityOnly: true });
  const transfer = headers['transfer-encoding']?.trim().toLowerCase() ?? 'chunked';
  if (transfer !== 'chunked')
    throw badParameter('Transfer-Encoding', 'Send the body with Content-Length or with Transfer-Encoding: chunked.');
}

function assertCharset(contentType: string | undefined): void {
  if (contentType === undefined || !/charset/i.test(contentType)) return;
  let charset: string | null;
  try {
    charset = new MIMEType(contentType).params.get('charset');
  } catch {
    // A type that cannot be read is refused as one that is not supported.
    return;
  }
  if (charset !== null && /^utf-?8$/i.test(charset)) return;
  throw new Problem('unsupported_media_type', 'Send the body in UTF-8.');
}
