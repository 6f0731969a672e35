import type { Attributes } from '@opentelemetry/api';
import { markFailed, presentSpan } from './tracing.ts';

/** The server of an outgoing call, without anything of its path. */
export interface CalledServer {
  host: string;
  port: number;
}

/** The port of a scheme whose URL names none. */
const PORTS: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443 };

/** A server by the names of OpenTelemetry's conventions. A socket has no port. */
export function serverAttributes({ host, port }: CalledServer): Attributes {
  return { 'server.address': host, ...(port !== 0 && !host.startsWith('/') && { 'server.port': port }) };
}

/**
 * Says on the client span in which this code runs, if it is recorded, which server is called by HTTP and what it answered.
 * Of a URL, it notes host and port alone. `server` is null where a client or a browser chose the address: its host may be a
 * secret, or any text. `fault` says why there is no answer.
 */
export function noteHttpCall(
  method: 'GET' | 'POST',
  server: CalledServer | URL | null,
  { status, fault }: { status?: number | undefined; fault?: string | undefined } = {},
): void {
  const span = presentSpan();
  if (!span) return;
  span.setAttributes({
    'http.request.method': method,
    ...(server && serverAttributes(server instanceof URL ? serverOf(server) : server)),
    ...(status !== undefined && { 'http.response.status_code': status }),
  });
  if (status !== undefined && status >= 400) markFailed(span, String(status));
  else if (status === undefined && fault !== undefined) markFailed(span, fault);
}

function serverOf({ protocol, hostname, port }: URL): CalledServer {
  return { host: hostname.replace(/^\[|\]$/g, ''), port: port === '' ? (PORTS[protocol] ?? 0) : Number(port) };
}
