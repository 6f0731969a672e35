import { randomId } from '../crypto/random.ts';
import { withinDeadline } from '../gateways/deadline.ts';
import { PREFIX, redisConnections } from './queue-backend.ts';

/**
 * What the account of the queue needs, as `ACL SETUSER` takes it: the scripts of BullMQ with the commands in them on its own
 * keys, and what a connection asks about the server.
 */
export const QUEUE_RULE = `~${PREFIX}:* +@read +@write +@scripting +@transaction +@connection -@dangerous +info +time +cluster|info +cluster|slots`;

/**
 * What an account lacks that others use too: it takes nothing away, and so names no category with commands that empty a
 * database or end the connections of others.
 */
export const ADDED_RIGHTS = `~${PREFIX}:* +@hash +@list +@set +@sortedset +@stream +@string +@scripting +@transaction +ping +select +hello +quit +readonly +client|setname +del +unlink +exists +pexpire +pexpireat +persist +pttl +type +rename +info +time +cluster|info +cluster|slots`;

/**
 * Tries one command of each kind that the scripts of BullMQ have, on one key. Nothing stays: the right to delete is tried
 * first. Returns what the server said of the first one that it refused.
 */
const TRY_WRITES = `local refused = ''
local function try(...)
  local answer = redis.pcall(...)
  if type(answer) == 'table' and answer.err and refused == '' then refused = answer.err end
end
local function tryAndDelete(...)
  if refused == '' then try(...) end
  try('DEL', KEYS[1])
end
try('DEL', KEYS[1])
if refused ~= '' then return refused end
tryAndDelete('SET', KEYS[1], '1', 'PX', '60000')
tryAndDelete('INCR', KEYS[1])
tryAndDelete('HSET', KEYS[1], 'name', '1')
tryAndDelete('LPUSH', KEYS[1], '1')
tryAndDelete('SADD', KEYS[1], '1')
tryAndDelete('ZADD', KEYS[1], '1', '1')
tryAndDelete('XADD', KEYS[1], 'MAXLEN', '~', '1', '*', 'name', '1')
try('TIME')
return refused`;

/** Milliseconds in which the server must answer the script. */
const ANSWER_MS = 5_000;
const LATE = Symbol('late');

/** Seconds for which a command waits for a job where there is none. */
const WAIT_SECONDS = 0.01;

/**
 * Writes what the queue writes, under a name of its own, and deletes it. Returns the server's refusal; undefined if it takes
 * all. Rejects if the server does not answer.
 */
export async function writeRefusal(url: string): Promise<string | undefined> {
  const client = (await redisConnections(url))({ maxRetriesPerRequest: 1, isPatient: false });
  let fault: Error | undefined;
  client.on('error', (error: Error & { lastNodeError?: Error | null }) => {
    // Of a cluster, the client says that no node helped, and the node says why.
    fault = error.lastNodeError ?? error;
  });
  const key = `${PREFIX}:doctor:${randomId()}`;
  try {
    const answer = await withinDeadline<unknown>(client.eval(TRY_WRITES, 1, key), ANSWER_MS, LATE);
    if (answer === LATE) throw new Error(`no answer within ${ANSWER_MS} ms`);
    const refused = String(answer);
    if (refused !== '') return refused;
    await client.bzpopmin(key, WAIT_SECONDS);
    return undefined;
  } catch (error) {
    // Answers of the server begin with a code in capital letters; the others are faults of the connection.
    const said = [(error as Error).message, fault?.message].find((message) => /^[A-Z]{3,} /.test(message ?? ''));
    if (said !== undefined) return said;
    throw fault ?? error;
  } finally {
    client.disconnect();
  }
}

/** True for the refusal of an account that lacks a right: of a command, of a key, and both within a script. */
export function isMissingRight(refusal: string): boolean {
  return /NOPERM|no permissions|can't (?:run|access)/i.test(refusal);
}
