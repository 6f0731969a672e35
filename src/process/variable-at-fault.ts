import { relative, resolve } from 'node:path';

/** A code of PostgreSQL, such as `28P01`; those of the operating system and of TLS are words. */
const SQLSTATE = /^(?=.*\d)[0-9A-Z]{5}$/;
/** Classes of SQLSTATE in which PostgreSQL refuses a connection, login or database. */
const REFUSED = /^(08|28|3D|53|57)/;

/**
 * Does what depends on a variable of the environment. An error that says that the address, login or port in it cannot be
 * used begins with its name; any other error stays as it is.
 */
export async function namingVariable<Result>(
  variable: string | ((code: string) => string),
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    // The driver gives no code where a server speaks no TLS, or asks for a password that is missing.
    if (SQLSTATE.test(code) && !REFUSED.test(code)) throw error;
    const name = typeof variable === 'string' ? variable : variable(code);
    // A name with several addresses fails with a list of errors and no sentence of its own.
    const sentence = message || (error as AggregateError).errors.map((one: Error) => one.message).join(', ');
    throw Object.assign(new Error(`${name}: ${sentence}`, { cause: error }), { code });
  }
}

/**
 * What an error says. One of the operating system about a file in the folder that a variable names, or about the folder
 * itself, begins with the name of the variable. So does one about a parent that cannot be made.
 */
export function sentenceNaming(variable: string, folder: string, error: unknown): string {
  const { code, path, syscall, message } = error as NodeJS.ErrnoException;
  if (code === undefined || path === undefined) return message;
  const isItsParent = syscall === 'mkdir' && isWithin(folder, path);
  if (!isItsParent && !isWithin(path, folder)) return message;
  return `${variable}: ${message}. Name a folder in which this process may write`;
}

/** Whether a path is a folder, or lies within it. */
function isWithin(path: string, folder: string): boolean {
  return !relative(resolve(folder), resolve(path)).startsWith('..');
}
