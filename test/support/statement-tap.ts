import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/**
 * A proxy before PostgreSQL that notes which statements its clients run, in the order in which they are sent: the name
 * of a prepared statement, and otherwise the text. It leaves out the settings of a new connection.
 */
export class StatementTap {
  private readonly sockets = new Set<Socket>();
  private noted: string[] = [];

  private constructor(
    private readonly server: Server,
    private readonly target: URL,
  ) {}

  /** Starts a proxy in front of the database at a URL. */
  static async start(url: string): Promise<StatementTap> {
    const server = createServer();
    const tap = new StatementTap(server, new URL(url));
    server.on('connection', (socket) => tap.accept(socket));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return tap;
  }

  /** The URL with the proxy's address. */
  get url(): string {
    const url = new URL(this.target);
    url.host = `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
    return url.href;
  }

  /** Returns the statements since the last call. */
  take(): string[] {
    return this.noted.splice(0);
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private accept(near: Socket): void {
    const far = connect(Number(this.target.port), this.target.hostname);
    const read = statementsOf((statement) => {
      if (!/^SET /i.test(statement)) this.noted.push(statement);
    });
    near.on('data', read);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      this.sockets.add(from);
      from.pipe(to);
      from.on('error', () => undefined);
      from.on('close', () => {
        this.sockets.delete(from);
        to.destroy();
      });
    }
  }
}

/**
 * Reads the messages of a client (PostgreSQL documentation, "Message Formats") and tells each statement that it runs:
 * Query, and Bind, which names what Parse prepared.
 */
function statementsOf(tell: (statement: string) => void): (bytes: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0);
  let isStarted = false;
  let unnamed = '';
  return (bytes) => {
    rest = Buffer.concat([rest, bytes]);
    for (;;) {
      // The first message of a connection has no type.
      const head = isStarted ? 1 : 0;
      if (rest.length < head + 4) return;
      const end = head + rest.readUInt32BE(head);
      if (rest.length < end) return;
      const type = isStarted ? String.fromCharCode(rest[0] ?? 0) : '';
      const [first = '', second = ''] = rest.toString('latin1', head + 4, end).split('\0');
      isStarted = true;
      rest = rest.subarray(end);
      if (type === 'Q') tell(oneLine(first));
      if (type === 'P' && first === '') unnamed = oneLine(second);
      if (type === 'B') tell(second || unnamed);
    }
  };
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}
