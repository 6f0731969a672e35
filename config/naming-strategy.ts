import { DefaultNamingStrategy, type NamingStrategyInterface } from 'typeorm';

/** Columns in snake case for properties in camel case: `phoneIndex` is `phone_index`. */
export class SnakeCaseColumns extends DefaultNamingStrategy implements NamingStrategyInterface {
  override columnName(propertyName: string, customName: string | undefined): string {
    return customName ?? propertyName.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  }
}
