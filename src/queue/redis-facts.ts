import { Redis } from 'ioredis';

/** What a Redis or Valkey says about itself. */
export interface RedisFacts {
  product: 'Redis' | 'Valkey';
  version: string;
  /** `noeviction` is the only policy under which no job is lost. Undefined where the account may not read it. */
  policy: string | undefined;
  isCluster: boolean;
  isReplica: boolean;
}

/** Milliseconds in which it must answer. */
const ANSWER_MS = 5_000;

/** Asks a server about itself. Rejects with its refusal, or if it does not answer. It writes nothing. */
export async function redisFacts(url: string): Promise<RedisFacts> {
  const options = {
    lazyConnect: true,
    connectTimeout: ANSWER_MS,
    commandTimeout: ANSWER_MS,
    retryStrategy: () => null,
  };
  const client = new Redis(url, options);
  let failure: Error | undefined;
  client.on('error', (error) => (failure = error));
  try {
    await client.connect();
    const info = await client.info();
    const fact = (name: string) => new RegExp(`^${name}:(.*?)\r?$`, 'm').exec(info)?.[1];
    const valkey = fact('valkey_version');
    return {
      product: valkey === undefined ? 'Redis' : 'Valkey',
      version: valkey ?? fact('redis_version') ?? 'unknown',
      policy: fact('maxmemory_policy'),
      isCluster: fact('cluster_enabled') === '1',
      isReplica: fact('role') === 'slave',
    };
  } catch (error) {
    throw failure ?? error;
  } finally {
    client.disconnect();
  }
}
