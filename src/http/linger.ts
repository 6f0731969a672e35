import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { FastifyRequest } from 'fastify';

/** Milliseconds for which a connection that is being closed stays open, so that its client can read the answer. */
const LINGER_MS = 5_000;
/** Bytes that are read and thrown away in that time: many bodies over the limit are no larger. */
const LINGER_BYTES = 16 * 1024 * 1024;

/**
 * Closes a connection whose client is still sending, after the answer has been written. To close it at once would reset
 * it, and the client would lose the answer (RFC 9112, 9.6). What arrives is thrown away, for five seconds and 16 MiB at most.
 */
export function linger(socket: Duplex): void {
  // From here on no parser may take what arrives for another request.
  socket.removeAllListeners('data');
  let left = LINGER_BYTES;
  socket.on('data', ({ length }: Buffer) => {
    left -= length;
    if (left < 0) socket.destroy();
  });
  const timer = setTimeout(() => socket.destroy(), LINGER_MS).unref();
  socket.once('close', () => {
    clearTimeout(timer);
  });
  socket.on('error', () => socket.destroy());
  socket.end();
  socket.resume();
}

/** Lets an answer that ends the connection before the body has arrived reach its client. Call it before the answer is sent. */
export function lingerAfterAnswer({ raw }: FastifyRequest): void {
  if (raw.complete) return;
  // Not the answer's: it has none while an earlier one of the connection is pending.
  const { socket } = raw;
  // Node calls it once the last answer of a connection is written.
  socket.destroySoon = () => {
    if (raw.complete) Socket.prototype.destroySoon.call(socket);
    else linger(socket);
  };
}
