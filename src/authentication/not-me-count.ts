/**
 * SQL for the `WITH` of a statement: counts an answer that it was not the person for the relying party of `answered`, a
 * row source with `client_id` and `flow`. The relying party reads the counts, and only a subscriber can give this answer, so
 * none about a number alone is counted.
 */
export function countNotMe(answered: string): string {
  return `INSERT INTO not_me_counts AS n (client_id, hour, answers)
      SELECT client_id, date_trunc('hour', now()), 1 FROM (SELECT * FROM ${answered}) said WHERE flow <> 'number'
      ON CONFLICT (client_id, hour) DO UPDATE SET answers = n.answers + 1`;
}
