import type { FastifyRequest } from 'fastify';
import { MIMEType } from 'node:util';
import { Problem } from '../domain/problem.ts';
import { notUtf8, percentDecoded } from './utf8.ts';

/**
 * The rules of every message, whatever its address: one `Host` (RFC 9112, 3.2), an address in UTF-8, and a body in
 * UTF-8 that is sent as it is. Problems: `invalid_request`, `unsupported_media_type`.
 */
export function assertMessage(request: FastifyRequest): void {
  assertOneHost(request);
  // The bytes of an address are ASCII (RFC 3986, 2); others would reach the routes as letters of Latin-1.
  const address = request.raw.url ?? '';
  const isUtf8 = judgesParameters(request) || percentDecoded(address) !== null;
  if (!/^[\x21-\x7e]*$/.test(address) || !isUtf8) throw notUtf8('address');
  if (!hasBody(request)) return;
  assertEncoding(request);
  assertCharset(request.headers['content-type']);
}

/**
 * Whether the route reads its parameters by `readEveryParameter`, because it answers one that is repeated or no UTF-8 in its own
 * way (`judgesParameters` of its configuration).
 */
export function judgesParameters({ routeOptions }: FastifyRequest): boolean {
  return (routeOptions.config as { judgesParameters?: boolean }).judgesParameters === true;
}

/** Whether the request announces a body. */
export function hasBody({ headers }: FastifyRequest): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

function assertOneHost({ raw }: FastifyRequest): void {
  // Node keeps the first of several and drops the others from `headers`; a proxy in front may have read another one.
  const hosts = raw.rawHeaders.filter((name, at) => at % 2 === 0 && name.toLowerCase() === 'host').length;
  if (hosts === 1 || (hosts === 0 && raw.httpVersion === '1.0')) return;
  throw new Problem('invalid_request', 'Send the header Host exactly once.');
}

function assertEncoding({ headers }: FastifyRequest): void {
  const encoding = headers['content-encoding']?.trim().toLowerCase() ?? '';
  if (encoding !== '' && encoding !== 'identity')
    throw new Problem('unsupported_media_type', 'Send the body without Content-Encoding.', { identityOnly: true });
  const transfer = headers['transfer-encoding']?.trim().toLowerCase() ?? 'chunked';
  if (transfer !== 'chunked')
    throw new Problem('invalid_request', 'Send the body with Content-Length or with Transfer-Encoding: chunked.');
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
