import { Raw, type FindOperator } from 'typeorm';

/** For repositories: an instant that is still to come by the database's clock. */
export function future(): FindOperator<Date> {
  return Raw((column) => `${column} > now()`) as FindOperator<Date>;
}

/** For repositories: an instant within the last seconds by the database's clock. */
export function within(seconds: number): FindOperator<Date> {
  return Raw((column) => `${column} > now() - make_interval(secs => :seconds)`, { seconds }) as FindOperator<Date>;
}
