/** The actions on the website that require verification. */
export const INTENTS = ['join', 'login', 'cancel', 'new_phone', 'reissue'] as const;
export type Intent = (typeof INTENTS)[number];
