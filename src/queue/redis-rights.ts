import { randomId } from '../crypto/random.ts';
import { PREFIX, redisConnections } from './queue-backend.ts';

/**
 * What the account of the queue needs, as `ACL SETUSER` takes it: the scripts of BullMQ with the commands in them on its own
 * keys, and what a connection asks about the server.
 */
export const QUEUE_RULE = `~${PREFIX}:* +@read +@write +@scripting +@transaction +@connection -@dangerous +info +time +cluster|info +cluster|slots`;

/**
 * Tries one command of each kind that the scripts of BullMQ have, on one key. Nothing stays: the right to delete is tried
 * first. Returns what the server said of the first one that it refused.
 */
const TRY = `local refused = ''
local function try(...)
  local answer = redis.pcall(...)
  if type(answer) == 'table' and answer.err and refused == '' then refused = answer.err end
end
local function both(...)
  if refused == '' then try(...) end
  try('DEL', KEYS[1])
end
try('DEL', KEYS[1])
if refused ~= '' then return refused end
both('SET', KEYS[1], '1', 'PX', '60000')
both('INCR', KEYS[1])
both('HSET', KEYS[1], 'name', '1')
both('LPUSH', KEYS[1], '1')
both('SADD', KEYS[1], '1')
both('ZADD', KEYS[1], '1', '1')
both('XADD', KEYS[1], 'MAXLEN', '~', '1', '*', 'name', '1')
try('TIME')
return refused`;

/** Seconds for which a command waits for a job where there is none. */
const WAIT_SECONDS = 0.01;

/**
 * Writes what the queue writes, under a name of its own, and deletes it. Returns the server's refusal; undefined if it takes
 * all. Rejects if the server does not answer.
 */
export async function writeRefusal(url: string): Promise<string | undefined> {
  const client = (await redisConnections(url))({ maxRetriesPerRequest: 1 });
  client.on('error', () => undefined);
  const key = `${PREFIX}:doctor:${randomId()}`;
  try {
    const refused = String(await client.eval(TRY, 1, key));
    if (refused !== '') return refused;
    await client.bzpopmin(key, WAIT_SECONDS);
    return undefined;
  } catch (error) {
    const { message } = error as Error;
    // Answers of the server begin with a code in capital letters; the others are faults of the connection.
    if (/^[A-Z]{3,} /.test(message)) return message;
    throw error;
  } finally {
    client.disconnect();
  }
}

/** True for the refusal of an account that lacks a right: of a command, of a key, and both within a script. */
export function isMissingRight(refusal: string): boolean {
  return /NOPERM|no permissions|can't (?:run|access)/i.test(refusal);
}
