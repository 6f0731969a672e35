import { isIP, SocketAddress } from 'node:net';
import type { FastifyRequest } from 'fastify';

/**
 * The address of the caller, for limits, for the audit and for what the phone is shown. Behind a trusted proxy it is
 * the address that the proxy saw.
 */
export function addressOf({ ip }: Pick<FastifyRequest, 'ip'>): string {
  return canonicalAddress(ip) ?? ip;
}

/**
 * Returns the one form of an IP address: without port, brackets and zone, an IPv4-mapped address as IPv4, an IPv6
 * address shortened as RFC 5952 has it. Returns null for any other text.
 */
export function canonicalAddress(text: string): string | null {
  const bare = text.trim().replace(/^"(.*)"$/, '$1');
  const inside = /^\[([^\]]*)\](?::\d{1,5})?$/.exec(bare)?.[1] ?? bare;
  // Some proxies write `address:port`, for IPv6 without brackets too.
  const address = [inside, inside.replace(/:\d{1,5}$/, '')].map(withoutZone).find((one) => isIP(one) !== 0);
  if (address === undefined) return null;
  const family = isIP(address) === 4 ? 'ipv4' : 'ipv6';
  return new SocketAddress({ address, family }).address.replace(/^::ffff:(?=\d+\.)/, '');
}

/**
 * Returns what a limit counts as one sender: an IPv4 address, or the /64 of an IPv6 address, because one household has
 * a whole /64 (RFC 6177).
 */
export function networkOf(address: string): string {
  const canonical = canonicalAddress(address);
  if (!canonical?.includes(':')) return canonical ?? address;
  const [head = '', tail = ''] = canonical.split('::');
  const [before, after] = [head, tail].map((part) => part.split(':').filter(Boolean));
  const zeros = Array<string>(8).fill('0');
  return [...(before ?? []), ...zeros.slice((before?.length ?? 0) + (after?.length ?? 0)), ...(after ?? [])]
    .slice(0, 4)
    .join(':');
}

/**
 * Returns `X-Forwarded-For` with each address in its one form. Proxies append to the header, so the part before an
 * entry that is no address (`unknown`) is nothing that a trusted proxy vouches for, and is dropped.
 */
export function readableHops(header: string): string {
  const hops: string[] = [];
  for (const entry of header.split(',').reverse()) {
    const address = canonicalAddress(entry);
    if (address === null) break;
    hops.unshift(address);
  }
  return hops.join(', ');
}

function withoutZone(address: string): string {
  return address.replace(/%.*$/, '');
}
