import { nearestName } from '../src/domain/nearest-name.ts';

/** What names of this service begin with; no other program is likely to read such a variable. */
const OWN_PREFIXES = ['APNS_', 'CARRIER_DIRECTORY_', 'FCM_', 'PUSHGUARD_', 'SMPP_', 'VAPID_'];
/** Names of one word that other programs also begin with. */
const ORDINARY_WORDS = new Set(['HOST', 'PORT', 'ROLE']);
/** Names that differ in more characters are not meant for each other. */
const MOST_SLIPS = 3;
/**
 * What Kubernetes gives every container for each service of its namespace, whatever the service is called; `…_PORT` is
 * told by its value, such as `tcp://10.0.0.1:3000`.
 */
const OF_KUBERNETES = /_(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)$/;
const PORT_OF_KUBERNETES = /^(tcp|udp|sctp):\/\//;

/**
 * The variables that look like one of the service's but are none, each with the nearest name that is known: a misspelt
 * name would otherwise leave its default in force without a word.
 */
export function unknownVariables(
  given: Readonly<Record<string, string | undefined>>,
  known: readonly string[],
): { name: string; nearest: string }[] {
  const names = new Set(known.flatMap((name) => [name, `${name}_FILE`]));
  const beginnings = [...OWN_PREFIXES, ...known.flatMap(beginningsOf)];
  return Object.entries(given).flatMap(([name, value = '']) => {
    // OpenTelemetry has many more variables than this service describes, and its exporter reads them.
    if (names.has(name) || name.startsWith('OTEL_') || OF_KUBERNETES.test(name)) return [];
    if (name.endsWith('_PORT') && PORT_OF_KUBERNETES.test(value)) return [];
    const plain = name
      .toUpperCase()
      .replaceAll('-', '_')
      .replace(/^PUSHGUARD_/, '');
    const isOurs = beginnings.some((prefix) => name.toUpperCase().startsWith(prefix));
    // At every start, a whole environment is compared: what is too long or too short to be near is left out.
    const candidates = isOurs ? names : [...names].filter((one) => Math.abs(one.length - plain.length) <= MOST_SLIPS);
    const found = nearestName(plain, candidates);
    if (!found) return [];
    // One slip in every four characters; a short name such as PORT has many neighbours.
    const isNear = found.distance <= Math.min(MOST_SLIPS, Math.floor(found.nearest.length / 4));
    return isNear || isOurs ? [{ name, nearest: found.nearest }] : [];
  });
}

/** The name itself, as in `KEYRING_PATH`, and its first two words, as in `SMS_PERMISSION_SECS`. */
function beginningsOf(name: string): string[] {
  const [first = '', second, ...more] = name.split('_');
  const words = more.length > 0 ? [`${first}_${second}_`] : [];
  return ORDINARY_WORDS.has(name) ? words : [`${name}_`, ...words];
}
