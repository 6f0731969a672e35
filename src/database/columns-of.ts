import { getMetadataArgsStorage } from 'typeorm';
import { columnOf } from './statement-parts.ts';

/**
 * SQL: every column of an entity's table (`alias`), under the name that the entity has for it: `c.client_id AS "clientId"`.
 * For literal statements that read a whole row, so that none of its columns can be forgotten.
 */
export function columnsOf(entity: new () => object, alias: string): string {
  const columns = getMetadataArgsStorage().filterColumns(entity);
  return columns.map(({ propertyName }) => `${alias}.${columnOf(propertyName)} AS "${propertyName}"`).join(', ');
}
