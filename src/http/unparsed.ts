import { STATUS_CODES, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { Problem } from '../domain/problem.ts';
import { linger } from './linger.ts';
import { PROBLEM_CATALOGUE } from './problem-catalogue.ts';
import { problemDocument } from './problem.filter.ts';

/**
 * Answers what Node's parser refuses with a problem document, and closes the connection: bytes that are no HTTP/1.1,
 * headers over 16 KiB, a request that does not arrive in time, and CONNECT.
 */
export function answerUnparsed(server: Server, issuer: string): void {
  const latest = new WeakMap<Duplex, ServerResponse>();
  const refused = new WeakSet<Duplex>();
  const refuse = (socket: Duplex, problem: Problem) => {
    endWith(socket, problem, issuer);
  };
  server.on('request', (request: IncomingMessage, response: ServerResponse) => latest.set(request.socket, response));
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => {
    // The parser complains again about whatever follows.
    if (refused.has(socket)) return;
    refused.add(socket);
    const response = latest.get(socket);
    // An answer that has begun would be continued by these bytes.
    const isAnswering = response !== undefined && response.headersSent && !response.writableFinished;
    if (error.code === 'ECONNRESET' || !socket.writable || isAnswering) socket.destroy(error);
    else refuse(socket, unparsedProblem(error.code ?? ''));
  });
  server.on('connect', (_request: IncomingMessage, socket: Duplex) => {
    refuse(
      socket,
      new Problem('invalid_request', 'This service is no proxy. Send a request for one of its addresses.'),
    );
  });
  // RFC 9110, 10.1.1 allows a server to ignore an expectation that it does not know; Node would answer without a body.
  server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) => {
    server.emit('request', request, response);
  });
}

/** The problem of a request that did not arrive in time. */
export function lateRequest(): Problem {
  return new Problem('request_timeout', 'The request did not arrive in time. Send it again on a new connection.');
}

function unparsedProblem(code: string): Problem {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return new Problem('headers_too_large', 'Send an address and headers of at most 16 KiB together.');
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return lateRequest();
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return new Problem('payload_too_large', 'Send the chunks of a body without extensions.');
    default:
      return new Problem('invalid_request', 'The bytes of this request are not HTTP/1.1 (RFC 9112).');
  }
}

function endWith(socket: Duplex, problem: Problem, issuer: string): void {
  const { status } = PROBLEM_CATALOGUE[problem.code];
  const body = JSON.stringify(problemDocument(problem, issuer));
  const headers = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    'Content-Type: application/problem+json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Cache-Control: no-store',
    'X-Content-Type-Options: nosniff',
    'Connection: close',
  ];
  socket.write(`${headers.join('\r\n')}\r\n\r\n${body}`);
  linger(socket);
}
