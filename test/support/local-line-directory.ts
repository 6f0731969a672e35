import { type LocalCarrier, startLocalCarrier } from './local-carrier.ts';

type Document = Readonly<Record<string, unknown>>;

const BASE = '/lines-of-the-carrier/v1';

/**
 * A carrier's own directory with the plain JSON call, on the loopback. `lines` maps E.164 numbers to the answers, and is
 * read for every request. A request without `token` gets a 401.
 */
export async function startLocalLineDirectory({
  lines,
  token,
}: {
  lines: ReadonlyMap<string, Document>;
  token: string;
}): Promise<LocalCarrier> {
  return startLocalCarrier({
    base: BASE,
    token,
    answer: ({ method, url, body }) => {
      if (method !== 'POST' || url !== `${BASE}/lines/lookup`) return null;
      const line = lines.get((JSON.parse(body) as { phoneNumber: string }).phoneNumber);
      return (
        (line && {
          status: 200,
          // A member that the service does not read.
          document: { ...line, tariff: 'Mobile 5G' },
          without: (missing) => without(line, missing.split('.')),
          ofOtherNumber: () => ({ ...line, phoneNumber: '+821099990000' }),
        }) ??
        null
      );
    },
  });
}

/** The document without the member at a path. */
function without(document: Document, [name = '', ...rest]: readonly string[]): Document {
  const { [name]: member, ...others } = document;
  return rest.length === 0 ? others : { ...others, [name]: without(member as Document, rest) };
}
