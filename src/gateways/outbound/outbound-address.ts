import { isIP, type BlockList } from 'node:net';
import { isGlobalAddress, isLoopback, liesIn, networksOf } from './global-address.ts';

/** Where the service may send what others ask it to send. */
export interface OutboundRules {
  /** Production: no host that is an address, and nothing on this host. */
  isProduction: boolean;
  /** Networks that are allowed although they are not global, such as a carrier's private one. */
  allowed: BlockList;
}

/** The settings that decide it. The type of all settings would be imported in a circle. */
interface OutboundSettings {
  NODE_ENV: string;
  WEBHOOK_ALLOW_SUBNETS: readonly string[];
}

/** The rules of an environment. */
export function outboundRules({ NODE_ENV, WEBHOOK_ALLOW_SUBNETS }: OutboundSettings): OutboundRules {
  return { isProduction: NODE_ENV === 'production', allowed: networksOf(WEBHOOK_ALLOW_SUBNETS) };
}

/** The first port that needs no privilege (RFC 6335, 6). */
const USER_PORTS = 1_024;
/** The longest address that is accepted, in characters. */
const MOST_CHARACTERS = 2_048;

/** True if the service may connect to this address. */
export function mayConnectTo(address: string, { isProduction, allowed }: OutboundRules): boolean {
  return isGlobalAddress(address) || liesIn(allowed, address) || (!isProduction && isLoopback(address));
}

/**
 * Judges a URL that a client gave, before its name is resolved. Returns the URL, or the sentence
 * that says what is wrong with it. Node's parser writes a host of IPv4 in any notation (`2130706433`, `0x7f.1`,
 * `0177.0.0.1`, full-width digits) as four decimal numbers, and a name with letters of other scripts in Punycode.
 */
export function judgeOutboundUrl(text: string, rules: OutboundRules): URL | string {
  if (text.length > MOST_CHARACTERS) return `Send at most ${MOST_CHARACTERS} characters.`;
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url || !/^https?:$/.test(url.protocol)) return 'Send an absolute address that begins with https://.';
  if (url.username !== '' || url.password !== '') return 'Send an address without user and password.';
  if (text.includes('#')) return 'Send an address without a fragment.';
  const host = hostOf(url);
  const isLocal = host === 'localhost' || isLoopback(host);
  if (url.protocol === 'http:' && (rules.isProduction || !isLocal)) return 'Send an address that begins with https://.';
  const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80));
  if (url.port !== '' && port <= USER_PORTS) return 'Send an address with port 443, or with one above 1024.';
  if (rules.isProduction && (isIP(host) !== 0 || isLocal)) return 'Send an address whose host is a name.';
  if (isIP(host) !== 0 && !mayConnectTo(host, rules)) return 'The host is not reachable from the internet.';
  return url;
}

/** The host of a URL as the resolver takes it: without the brackets of IPv6 and the dot of the root. */
export function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '');
}
