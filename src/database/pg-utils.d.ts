declare module 'pg/lib/utils.js' {
  const utils: {
    /** How `pg` sends a value. Throws what `toPostgres` of the value throws. */
    prepareValue(value: unknown): string | Buffer | null;
  };
  export default utils;
}
