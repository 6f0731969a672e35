import { DefaultNamingStrategy, type NamingStrategyInterface } from 'typeorm';
import { columnOf } from '../src/database/statement-parts.ts';

/** Columns in snake case for properties in camel case: `phoneIndex` is `phone_index`. */
export class SnakeCaseColumns extends DefaultNamingStrategy implements NamingStrategyInterface {
  override columnName(propertyName: string, customName: string | undefined): string {
    return customName ?? columnOf(propertyName);
  }
}
