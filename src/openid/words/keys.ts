/** The reasons for which a log-in shows a page of its own and sends the person nowhere. */
export type LogInFault = 'refused' | 'over' | 'elsewhere' | 'busy' | 'failed';
