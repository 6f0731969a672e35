/** What a customer comes to the website for, and has to be verified for. */
export const INTENTS = ['join', 'login', 'cancel', 'new_phone'] as const;
export type Intent = (typeof INTENTS)[number];
