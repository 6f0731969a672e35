import type { ServiceKeys } from '../crypto/service-keys.ts';
import type { CheckedDeed } from '../domain/caller-check.ts';
import type { Authentication } from './authentication.entity.ts';
import type { StartRequest } from './relying-party.dto.ts';

/**
 * The members of a start with its texts: kept as the relying party sends them, encrypted together in one column, and
 * shown in the app as they are. The start, the app's view and its answer take them from here.
 */
export const REQUEST_TEXTS = ['purpose'] as const satisfies readonly (keyof StartRequest)[];

/** The texts of a request as callers exchange them: one that the relying party left out is absent. */
export type RequestTexts = Pick<StartRequest, (typeof REQUEST_TEXTS)[number]>;

/**
 * What an authentication keeps in the column of the texts: those of the request, and `caller` where the call centre asks
 * whether the person called, with the deed that the code serves. No relying party can send it.
 */
export type KeptTexts = RequestTexts & {
  caller?: { deed: CheckedDeed };
  /** The text message of the relying party, with `{{code}}` in the place of the code (CAMARA). */
  message?: string;
};

/** The columns that hold them: `purpose` in rows of older versions, until `npm run reencrypt`. */
export type StoredTexts = 'texts' | 'purpose';

/** The texts that a request has. */
export function requestTexts(of: RequestTexts): RequestTexts {
  const entries = REQUEST_TEXTS.map((name): [string, string | undefined] => [name, of[name]]);
  return Object.fromEntries(entries.filter(([, text]) => text !== undefined)) as unknown as RequestTexts;
}

/** Reads the texts of an authentication's row. */
export function readTexts(
  keys: ServiceKeys,
  id: string,
  { texts, purpose }: Pick<Authentication, StoredTexts>,
): KeptTexts {
  if (!texts) return { purpose: purpose ?? '' };
  const json = keys.fields.decrypt(texts, `authentications:texts:${id}`).toString('utf8');
  return JSON.parse(json) as KeptTexts;
}
