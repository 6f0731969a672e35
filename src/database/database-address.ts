import pg from 'pg';

/** The sessions that a host must offer, as in libpq. */
const TARGETS = ['any', 'read-write', 'read-only', 'primary', 'standby', 'prefer-standby'] as const;
type Target = (typeof TARGETS)[number];

/** Milliseconds in which a host must connect, and then say what it is. */
const PROBE_MS = 3_000;
/** Milliseconds for which an answer holds, because a pool opens many connections at once. */
const FRESH_MS = 1_000;

/** A host of a database URL. */
interface Host {
  /** The URL with this host alone. */
  readonly url: string;
  readonly name: string;
  readonly port: number;
}

/**
 * The address in a database URL, which may name several hosts as for libpq:
 * `postgres://role@one:5432,two:5432/name?target_session_attrs=read-write`. A single host is used as it is.
 */
export class DatabaseAddress {
  private readonly hosts: readonly Host[];
  private readonly target: Target;
  private last: Host | undefined;
  private chosenAt = -Infinity;
  private choosing: Promise<Host> | undefined;

  /** Throws an error about `target_session_attrs` if it is none of libpq’s values. */
  constructor(url: string) {
    const { urls, target } = split(url);
    if (!TARGETS.includes(target as Target))
      throw new Error(`target_session_attrs must be one of ${TARGETS.join(', ')}`);
    this.target = target as Target;
    this.hosts = urls.map((one) => {
      const { host, port } = new pg.Client({ connectionString: one });
      return { url: one, name: host, port };
    });
  }

  /** A URL with one host, for everything but the host. */
  get url(): string {
    return this.hosts[0]?.url ?? '';
  }

  /** The host that was chosen last; before that, the first one. */
  get server(): { host: string; port: number } {
    const { name = '', port = 0 } = this.last ?? this.hosts[0] ?? {};
    return { host: name, port };
  }

  /** True if a connection must look for its host first. */
  get isChoice(): boolean {
    return this.hosts.length > 1 || this.target !== 'any';
  }

  /** Finds a host that offers the wanted session. Rejects with one line that says what each host answered. */
  async choose(): Promise<Host> {
    if (this.last && performance.now() - this.chosenAt < FRESH_MS) return this.last;
    return (this.choosing ??= this.search().finally(() => {
      this.choosing = undefined;
    }));
  }

  private async search(): Promise<Host> {
    // All at once, and the last one first: a silent host must not delay every connection.
    const order = [...this.hosts].sort((a, b) => Number(b === this.last) - Number(a === this.last));
    const answers = order.map((host) => kindOf(host.url));
    const reasons: string[] = [];
    for (const target of this.target === 'prefer-standby' ? (['standby', 'any'] as const) : [this.target]) {
      for (const [at, host] of order.entries()) {
        const answer = await answers[at];
        if (answer && 'failure' in answer) reasons.push(`${host.name}:${host.port}: ${answer.failure}`);
        else if (answer && OFFERS[target](answer)) {
          this.chosenAt = performance.now();
          this.last = host;
          return host;
        } else reasons.push(`${host.name}:${host.port}: is not ${target}`);
      }
    }
    throw Object.assign(new Error(`no host of the database is ${this.target}: ${reasons.join('; ')}`), {
      code: 'EHOSTUNREACH',
    });
  }
}

interface Kind {
  isStandby: boolean;
  isReadOnly: boolean;
}

const OFFERS: Readonly<Record<Target, (kind: Kind) => boolean>> = {
  any: () => true,
  'read-write': ({ isReadOnly }) => !isReadOnly,
  'read-only': ({ isReadOnly }) => isReadOnly,
  primary: ({ isStandby }) => !isStandby,
  standby: ({ isStandby }) => isStandby,
  'prefer-standby': () => true,
};

async function kindOf(url: string): Promise<Kind | { failure: string }> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: PROBE_MS,
    query_timeout: PROBE_MS,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<Kind>(
      `SELECT pg_is_in_recovery() AS "isStandby", current_setting('transaction_read_only') = 'on' AS "isReadOnly"`,
    );
    return rows[0] ?? { failure: 'no answer' };
  } catch (error) {
    return { failure: (error as Error).message || String((error as { code?: unknown }).code) };
  } finally {
    void client.end().catch(() => undefined);
  }
}

/** Splits a URL into one URL for each host. Hosts stand before the path, or in the parameters `host` and `port`. */
function split(url: string): { urls: string[]; target: string } {
  const [, scheme = '', authority = '', path = '', query = ''] =
    /^([a-z]+:\/\/)([^/?]*)([^?]*)(?:\?(.*))?$/i.exec(url) ?? [];
  const parameters = new URLSearchParams(query);
  const target = parameters.get('target_session_attrs') ?? 'any';
  parameters.delete('target_session_attrs');
  const [names = [], ports = []] = ['host', 'port'].map((name) => parameters.get(name)?.split(',') ?? []);
  const at = authority.lastIndexOf('@') + 1;
  const [login, hosts] = [authority.slice(0, at), authority.slice(at).split(',')];
  const urlWith = (host: string, own: URLSearchParams) =>
    `${scheme}${login}${host}${path}${own.size > 0 ? `?${own.toString()}` : ''}`;
  if (names.length < 2) return { urls: hosts.map((host) => urlWith(host, parameters)), target };
  const urls = names.map((name, place) => {
    const own = new URLSearchParams(parameters);
    own.set('host', name);
    const port = ports[place] ?? ports[0];
    if (port !== undefined) own.set('port', port);
    return urlWith('', own);
  });
  return { urls, target };
}
