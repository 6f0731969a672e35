import type { FastifyReply, FastifyRequest } from 'fastify';
import { sha256 } from '../crypto/sha256.ts';

/**
 * Answers with a JSON document that is the same for every reader: cached for five minutes, with an `ETag`, and readable
 * by scripts of any site. Returns the text, or an empty one with 304 if the reader has this version.
 */
export function publicDocument(request: FastifyRequest, reply: FastifyReply, document: object): string {
  const text = JSON.stringify(document);
  const tag = `"${sha256(text).toString('base64url')}"`;
  void reply
    .header('Cache-Control', 'public, max-age=300')
    .header('Access-Control-Allow-Origin', '*')
    .header('ETag', tag);
  if (hasVersion(request.headers['if-none-match'], tag)) {
    void reply.status(304);
    return '';
  }
  void reply.type('application/json; charset=utf-8');
  return text;
}

/** Compares weakly (RFC 9110, 13.1.2): proxies that compress mark the tag as weak. */
function hasVersion(header: string | undefined, tag: string): boolean {
  return (header ?? '').split(',').some((one) => ['*', tag].includes(one.trim().replace(/^W\//, '')));
}
