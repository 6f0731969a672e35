import { Pushguard } from '@pushguard/client';

const { ISSUER = '', CLIENT_ID = '', CLIENT_SECRET = '' } = process.env;

let client: Pushguard | undefined;

/** The client of this process, made with the first request, because a build has no secrets. */
export function pushguard(): Pushguard {
  return (client ??= new Pushguard({ issuer: ISSUER, clientId: CLIENT_ID, clientSecret: CLIENT_SECRET }));
}
