import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A span as it was received. Ids are hexadecimal. */
export interface ReceivedSpan {
  name: string;
  kind: number;
  traceId: string;
  spanId: string;
  parentId: string;
  links: string[];
  attributes: Record<string, string | number>;
}

/** A local OTLP receiver (HTTP, protobuf). */
export interface TraceReceiver {
  url: string;
  /** Every byte that was received. */
  bytes: () => Buffer;
  spans: () => ReceivedSpan[];
  close: () => Promise<void>;
}

type Fields = Map<number, (Buffer | bigint)[]>;

/** Reads one message of protobuf without its schema: the values of each field, by its number. */
function fieldsOf(message: Buffer): Fields {
  const fields: Fields = new Map();
  let at = 0;
  const varint = () => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = message[at++] ?? 0;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  const take = (length: number) => message.subarray(at, (at += length));
  while (at < message.length) {
    const tag = Number(varint());
    const wire = tag & 7;
    const value = wire === 0 ? varint() : take(wire === 1 ? 8 : wire === 5 ? 4 : Number(varint()));
    const number = tag >> 3;
    fields.set(number, [...(fields.get(number) ?? []), value]);
  }
  return fields;
}

const messages = (fields: Fields, number: number): Fields[] =>
  (fields.get(number) ?? []).map((one) => fieldsOf(one as Buffer));
const bytesOf = (fields: Fields, number: number) => (fields.get(number)?.[0] ?? Buffer.alloc(0)) as Buffer;

/** opentelemetry/proto/trace/v1/trace.proto */
function spanOf(span: Fields): ReceivedSpan {
  const hex = (number: number) => bytesOf(span, number).toString('hex');
  const attributes = messages(span, 9).map((pair) => {
    const [value = new Map() as Fields] = messages(pair, 2);
    const integer = value.get(3)?.[0];
    return [
      bytesOf(pair, 1).toString(),
      integer === undefined ? bytesOf(value, 1).toString() : Number(integer),
    ] as const;
  });
  return {
    name: bytesOf(span, 5).toString(),
    kind: Number(span.get(6)?.[0] ?? 0),
    traceId: hex(1),
    spanId: hex(2),
    parentId: hex(4),
    links: messages(span, 13).map((link) => bytesOf(link, 2).toString('hex')),
    attributes: Object.fromEntries(attributes),
  };
}

export async function startTraceReceiver(): Promise<TraceReceiver> {
  const bodies: Buffer[] = [];
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      bodies.push(Buffer.concat(parts));
      response.writeHead(200, { 'Content-Type': 'application/x-protobuf' }).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    bytes: () => Buffer.concat(bodies),
    spans: () =>
      bodies.flatMap((body) =>
        messages(fieldsOf(body), 1).flatMap((resource) =>
          messages(resource, 2).flatMap((scope) => messages(scope, 2).map(spanOf)),
        ),
      ),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => {
          resolve();
        });
      }),
  };
}
