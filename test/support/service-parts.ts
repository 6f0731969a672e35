import { DataSource } from 'typeorm';
import { dataSourceOptions } from '../../config/data-source.ts';
import { Database } from '../../src/database/database.ts';

/** A database as a part of the service uses it, with connections of its own. */
export async function connectedDatabase(url: string): Promise<{ database: Database; source: DataSource }> {
  const source = await new DataSource(dataSourceOptions(url, 4)).initialize();
  return { database: new Database(source, { sessionUrl: url, sharesSessions: false }), source };
}
