import { join } from 'node:path';
import { createLocalCertificate } from '../../src/embedded/local-certificate.ts';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/free-port.ts';
import { status } from './cluster.ts';
import { ownFile, Program } from './program.ts';
import type { Tools } from './tools.ts';

/** Where HAProxy finds a process or a database, and the port that it asks. */
interface Target {
  name: string;
  port: number;
  checkPort: number;
}

/** HAProxy in front of the API, where it ends TLS, and in front of the database, where it leads to the primary. */
export class Proxy {
  private constructor(
    readonly issuer: string,
    readonly databasePort: number,
    /** The authority of its certificate, PEM. */
    readonly ca: string,
  ) {}

  static async start(
    directory: string,
    { haproxy }: Tools,
    targets: { apis: readonly Target[]; members: readonly Target[] },
    onStrike: (stop: () => Promise<unknown>) => void,
  ): Promise<Proxy> {
    const [api, database, monitor] = [await freePort(), await freePort(), await freePort()];
    const { key, cert, ca } = await createLocalCertificate();
    const pem = ownFile(join(directory, 'proxy.pem'), `${cert}\n${key}`);
    const settings = settingsOf({ api, database, monitor, pem }, targets);
    const file = ownFile(join(directory, 'haproxy.cfg'), settings);
    const program = Program.start('haproxy', haproxy, ['-db', '-f', file], { directory });
    onStrike(() => program.stop());
    await eventually('HAProxy', async () => {
      if (!program.running) throw new Error(`HAProxy ended: ${await program.lastWords()}`);
      return (await status(monitor, '/')) === 200;
    });
    return new Proxy(`https://127.0.0.1:${api}`, database, ca);
  }
}

function settingsOf(
  own: { api: number; database: number; monitor: number; pem: string },
  { apis, members }: { apis: readonly Target[]; members: readonly Target[] },
): string {
  const servers = (targets: readonly Target[]): string =>
    targets.map(({ name, port, checkPort }) => `  server ${name} 127.0.0.1:${port} check port ${checkPort}`).join('\n');
  // The service’s long polls last 30 seconds. Connections that listen to the database are silent for longer.
  return `
defaults
  timeout connect 2s
  timeout client 60s
  timeout server 60s
  timeout check 2s

frontend monitor
  mode http
  bind 127.0.0.1:${own.monitor}
  monitor-uri /

frontend api
  mode http
  bind 127.0.0.1:${own.api} ssl crt ${own.pem}
  option forwardfor
  default_backend apis

backend apis
  mode http
  option httpchk GET /health/ready
  default-server inter 500ms fall 2 rise 1
${servers(apis)}

frontend database
  mode tcp
  bind 127.0.0.1:${own.database}
  timeout client 1h
  default_backend primary

backend primary
  mode tcp
  timeout server 1h
  option httpchk GET /primary
  default-server inter 1s fall 2 rise 1 on-marked-down shutdown-sessions
${servers(members)}
`;
}
