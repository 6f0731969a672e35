import type { Statements } from '../../database/database.ts';
import { statement } from '../../database/statement.ts';

/** Lines of the register that are checked together for absence from the snapshot. */
const WINDOW = 10_000;

const SEEN = statement('import_seen', 'CREATE TEMP TABLE seen (id text PRIMARY KEY, number bytea UNIQUE)');
const CONTESTED = statement('import_contested', 'CREATE TEMP TABLE contested (number bytea PRIMARY KEY)');

const SEE = statement(
  'import_see',
  `INSERT INTO seen SELECT * FROM unnest($1::text[], $2::bytea[]) ON CONFLICT DO NOTHING RETURNING id`,
);

const CONTEST = statement('import_contest', 'INSERT INTO contested SELECT unnest($1::bytea[]) ON CONFLICT DO NOTHING');

const CONTESTED_OF = statement('import_contested_of', 'SELECT number FROM contested WHERE number = ANY($1)');

const MISSING = statement(
  'import_missing',
  `WITH next AS MATERIALIZED (
      SELECT id, status, carrier, updated_at, told_at FROM lines WHERE id > $1 ORDER BY id LIMIT ${WINDOW}
    )
    SELECT id, status <> 'terminated' AND lower(btrim(normalize(carrier, NFKC))) = ANY($3)
      AND updated_at < $2 AND told_at < $2
      AND NOT EXISTS (SELECT 1 FROM seen WHERE seen.id = next.id) AS missing
    FROM next ORDER BY id`,
);

const ANALYZE = statement('import_analyze', 'ANALYZE seen');

/** Which lines and numbers a snapshot has named, in temporary tables of the import's own connection. */
export class Seen {
  private constructor(private readonly session: Statements) {}

  static async begin(session: Statements): Promise<Seen> {
    await session.rows(SEEN, []);
    await session.rows(CONTESTED, []);
    return new Seen(session);
  }

  /**
   * Notes lines, each with the index of its number, or null for one whose number may be another line's too. Returns the
   * ids that came for the first time, and those of them whose number came before.
   */
  async note(
    lines: readonly { id: string; number: Buffer | null }[],
  ): Promise<{ first: Set<string>; twice: Set<string> }> {
    const fresh = await this.insert(lines);
    const others = lines.filter(({ id }) => !fresh.has(id));
    const renamed =
      others.length > 0 ? await this.insert(others.map(({ id }) => ({ id, number: null }))) : new Set<string>();
    const contested = others.flatMap(({ id, number }) => (renamed.has(id) && number ? [number] : []));
    if (contested.length > 0) await this.session.rows(CONTEST, [contested]);
    return { first: new Set([...fresh, ...renamed]), twice: renamed };
  }

  /** Which of these numbers the snapshot gives to several lines, by their indexes in hexadecimal. */
  async contested(numbers: readonly Buffer[]): Promise<Set<string>> {
    const rows = await this.session.rows<{ number: Buffer }>(CONTESTED_OF, [numbers]);
    return new Set(rows.map(({ number }) => number.toString('hex')));
  }

  /** Ids of the lines of the snapshot's carriers, as `comparable` names, that the snapshot does not contain. */
  async *missing(takenAt: Date, carriers: readonly string[]): AsyncGenerator<string[]> {
    await this.session.rows(ANALYZE, []);
    for (let after = ''; ;) {
      type Row = { id: string; missing: boolean };
      const rows = await this.session.rows<Row>(MISSING, [after, takenAt, carriers]);
      yield rows.flatMap(({ id, missing }) => (missing ? [id] : []));
      const last = rows.at(-1);
      if (!last) return;
      after = last.id;
    }
  }

  private async insert(lines: readonly { id: string; number: Buffer | null }[]): Promise<Set<string>> {
    const values = [lines.map(({ id }) => id), lines.map(({ number }) => number)];
    return new Set((await this.session.rows<{ id: string }>(SEE, values)).map(({ id }) => id));
  }
}
