/** The only client of the peer. */
const [id, secret] = ['bench', 'a-secret-of-the-benchmark-alone-0123456789'];

export const PEER_CLIENT = {
  id,
  secret,
  authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
} as const;
