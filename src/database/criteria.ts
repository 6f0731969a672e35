import { Raw, type FindOperator } from 'typeorm';

/** For repositories: an instant in the future by the clock of the database. */
export function future(): FindOperator<Date> {
  return Raw((column) => `${column} > now()`) as FindOperator<Date>;
}

/** For repositories: an instant within the last `seconds` by the clock of the database. */
export function within(seconds: number): FindOperator<Date> {
  return Raw((column) => `${column} > now() - make_interval(secs => :seconds)`, { seconds }) as FindOperator<Date>;
}
