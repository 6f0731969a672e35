import { connect } from 'node:net';

/** One answer as it stood on the wire. */
export interface RawAnswer {
  status: number;
  headers: Record<string, string>;
  text: string;
}

/** Sends these bytes on a connection of their own and reads the first answer. */
export function exchange(issuer: string, bytes: string | Uint8Array): Promise<RawAnswer> {
  const { hostname, port } = new URL(issuer);
  const isHead = Buffer.from(bytes).toString('latin1', 0, 5) === 'HEAD ';
  return new Promise((resolve, reject) => {
    let received = Buffer.alloc(0);
    const socket = connect(Number(port), hostname, () => socket.write(bytes));
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      const answer = parsed(received, isHead);
      if (!answer) return;
      socket.destroy();
      resolve(answer);
    });
    socket.on('error', (error) => {
      if (received.length === 0) reject(error);
    });
    socket.on('close', () => {
      reject(new Error(`the connection closed after ${JSON.stringify(received.toString('latin1'))}`));
    });
  });
}

/**
 * Sends these bytes on a connection of their own and `more` once something was answered. Returns everything that was
 * received until the service closed the connection.
 */
export function untilClosed(issuer: string, bytes: Uint8Array, more: string | Uint8Array = ''): Promise<string> {
  const { hostname, port } = new URL(issuer);
  return new Promise((resolve, reject) => {
    let received = '';
    const socket = connect(Number(port), hostname, () => socket.write(bytes));
    socket.on('data', (chunk: Buffer) => {
      if (received === '' && more.length > 0) socket.write(more);
      received += chunk.toString('latin1');
    });
    socket.on('error', reject);
    socket.on('close', () => {
      resolve(received);
    });
  });
}

/** A request line and headers in CRLF, then the body. */
export function rawRequest(lines: readonly string[], body: string | Uint8Array = ''): Buffer {
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), Buffer.from(body)]);
}

function parsed(received: Buffer, isHead: boolean): RawAnswer | undefined {
  const end = received.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const [first = '', ...lines] = received.toString('latin1', 0, end).split('\r\n');
  const headers = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
  );
  const body = received.subarray(end + 4);
  if (!isHead && body.length < Number(headers['content-length'] ?? 0)) return undefined;
  return { status: Number(first.split(' ')[1]), headers, text: body.toString('utf8') };
}
