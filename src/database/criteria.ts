import { Raw, type FindOperator } from 'typeorm';

/** For repositories: an instant in the future by the clock of the database. */
export function future(): FindOperator<Date> {
  return Raw((column) => `${column} > now()`) as FindOperator<Date>;
}

/** For repositories: an instant within the last `seconds` by the clock of the database. */
export function within(seconds: number): FindOperator<Date> {
  if (!Number.isInteger(seconds)) throw new RangeError(`${seconds} is not a whole number of seconds`);
  // In the text and not as a named parameter: TypeORM has one value for each name in a whole condition.
  return Raw((column) => `${column} > now() - interval '${seconds} seconds'`) as FindOperator<Date>;
}
