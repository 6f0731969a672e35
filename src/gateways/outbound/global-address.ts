import { BlockList, isIPv4, isIPv6 } from 'node:net';

/** IPv4 networks that are not global unicast (IANA IPv4 Special-Purpose Address Registry; RFC 5771; RFC 1112, 4). */
const SPECIAL_V4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
];

/** Parts of 2000::/3 that are not global unicast (IANA IPv6 Special-Purpose Address Registry). */
const SPECIAL_V6 = ['2001::/23', '2001:db8::/32', '3fff::/20'];

const special = networksOf([...SPECIAL_V4, ...SPECIAL_V6]);
const globalV6 = networksOf(['2000::/3']);

/**
 * Networks of IPv6 whose addresses carry one of IPv4, which decides: the prefix, and the number of 16-bit groups before
 * the inner address. IPv4-mapped (RFC 4291, 2.5.5.2), NAT64 (RFC 6052), 6to4 (RFC 3056). The NAT64 of one network
 * (RFC 8215) is not global.
 */
const CARRIERS: readonly { networks: BlockList; groups: number }[] = [
  { networks: networksOf(['::ffff:0:0/96', '64:ff9b::/96']), groups: 6 },
  { networks: networksOf(['2002::/16']), groups: 1 },
];

/** The networks of a list such as `10.0.0.0/8, fd00::/8`. Throws on one that cannot be read. */
export function networksOf(list: readonly string[]): BlockList {
  const networks = new BlockList();
  for (const one of list) {
    const [address = '', bits = ''] = one.split('/');
    if (!/^\d{1,3}$/.test(bits)) throw new Error('a network is written as 10.0.0.0/8');
    networks.addSubnet(address, Number(bits), isIPv4(address) ? 'ipv4' : 'ipv6');
  }
  return networks;
}

/** True if an address lies in one of these networks. Never for what is no address. */
export function liesIn(networks: BlockList, address: string): boolean {
  if (isIPv4(address)) return networks.check(address, 'ipv4');
  return isIPv6(address) && !address.includes('%') && networks.check(address, 'ipv6');
}

/**
 * True if an address is global unicast: one that the internet routes to one host. False for what is private, loopback,
 * link-local, shared, multicast, reserved or documentation, for an address of IPv6 that carries such an address of IPv4,
 * and for what is no address.
 */
export function isGlobalAddress(address: string): boolean {
  if (isIPv4(address)) return !special.check(address, 'ipv4');
  // A zone names an interface of this host.
  if (!isIPv6(address) || address.includes('%')) return false;
  const groups = groupsOf(address);
  for (const { networks, groups: before } of CARRIERS) {
    if (networks.check(address, 'ipv6')) return isGlobalAddress(innerOf(groups, before));
  }
  return globalV6.check(address, 'ipv6') && !special.check(address, 'ipv6');
}

/** True for an address of this host: 127.0.0.0/8, `::1`, and the first in its IPv4-mapped form. */
export function isLoopback(address: string): boolean {
  if (isIPv4(address)) return address.startsWith('127.');
  if (!isIPv6(address)) return false;
  const groups = groupsOf(address);
  const mapped = groups.slice(0, 5).every((one) => one === 0) && groups[5] === 0xffff;
  return mapped ? isLoopback(innerOf(groups, 6)) : groups.every((one, at) => one === (at === 7 ? 1 : 0));
}

function innerOf(groups: readonly number[], before: number): string {
  const [high = 0, low = 0] = groups.slice(before, before + 2);
  return [high >> 8, high & 0xff, low >> 8, low & 0xff].join('.');
}

/** The eight groups of 16 bits of an address of IPv6. */
function groupsOf(address: string): number[] {
  const [head = '', tail] = address.split('::');
  const read = (text: string): number[] =>
    text === '' ? [] : text.split(':').flatMap((one) => (one.includes('.') ? pairOf(one) : [parseInt(one, 16)]));
  const [left, right] = [read(head), tail === undefined ? [] : read(tail)];
  return [...left, ...new Array<number>(Math.max(0, 8 - left.length - right.length)).fill(0), ...right];
}

/** The last two groups where they are written as an address of IPv4. */
function pairOf(dotted: string): number[] {
  const [a = 0, b = 0, c = 0, d = 0] = dotted.split('.').map(Number);
  return [a * 256 + b, c * 256 + d];
}
