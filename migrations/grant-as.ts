/**
 * SQL: gives every role that has rights on one table the same rights on others, and with `sequences` the use of these. A running
 * service that does not migrate by itself then has its rights on new tables at once.
 */
export function grantAs(from: string, tables: readonly string[], sequences: readonly string[] = []): string {
  const ofTables = `GRANT %1$s ON ${tables.join(', ')} TO %2$s`;
  const ofSequences = sequences.length > 0 ? `; GRANT USAGE, SELECT ON SEQUENCE ${sequences.join(', ')} TO %2$s` : '';
  return `
    DO $do$
    DECLARE
      granted record;
    BEGIN
      FOR granted IN
        SELECT a.grantee::regrole AS role, string_agg(a.privilege_type, ', ') AS rights
        FROM pg_class c, aclexplode(c.relacl) a
        WHERE c.oid = '${from}'::regclass AND a.grantee <> 0 AND a.grantee <> c.relowner GROUP BY a.grantee
      LOOP
        EXECUTE format('${ofTables}${ofSequences}', granted.rights, granted.role);
      END LOOP;
    END $do$;`;
}
