import { type LocalCarrier, startLocalCarrier } from './local-carrier.ts';

/**
 * A product as the carrier stores it, in the terms of TMF637. The characteristics are sent unchanged and in this order.
 */
export interface CarrierProduct {
  id: string;
  status: string;
  characteristics: Readonly<Record<string, unknown>>;
}

const BASE = '/tmf-api/productInventory/v4';

/**
 * A carrier's product inventory that serves TMF637 v4 over HTTP on the loopback.
 *
 * `products` maps numbers, as the query writes them, to products and is read for every request. A request without `token`
 * gets a 401. `filter` is the attribute by which the inventory filters.
 */
export async function startLocalTmf637({
  products,
  token,
  filter = 'productSerialNumber',
}: {
  products: ReadonlyMap<string, readonly CarrierProduct[]>;
  token: string;
  filter?: string;
}): Promise<LocalCarrier> {
  return startLocalCarrier({
    base: BASE,
    token,
    answer: ({ method, url }) => {
      const { pathname, searchParams } = new URL(url, 'http://carrier.example');
      if (method !== 'GET' || pathname !== `${BASE}/product`) return null;
      const number = searchParams.get(filter) ?? '';
      const limit = Number(searchParams.get('limit') ?? 100);
      const found = (products.get(number) ?? []).map((product) => representation(product, number));
      // TMF630: a page that omits part of the list has the status 206.
      const page = found.slice(0, limit);
      return {
        status: page.length < found.length ? 206 : 200,
        document: page,
        headers: { 'x-total-count': found.length },
        without: (missing) => found.map(without(missing)),
        ofOtherNumber: () => found.map((one) => ({ ...one, productSerialNumber: '+821099990000' })),
      };
    },
  });
}

/** A product as TMF637 v4 describes it, with additional members and a characteristic that the service ignores. */
function representation({ id, status, characteristics }: CarrierProduct, number: string): Record<string, unknown> {
  const named = Object.entries({ colour: { name: 'black' }, ...characteristics });
  return {
    id,
    href: `${BASE}/product/${id}`,
    name: 'Mobile line',
    isBundle: false,
    productSerialNumber: number,
    startDate: '2020-01-01T00:00:00Z',
    status,
    productCharacteristic: named.map(([name, value]) => ({ name, valueType: typeof value, value })),
    relatedParty: [{ id: 'party-1', name: '김가입', role: 'customer', '@referredType': 'Individual' }],
    '@type': 'Product',
  };
}

function without(missing: string): (product: Record<string, unknown>) => Record<string, unknown> {
  return (product) => {
    const all = product['productCharacteristic'] as { name: string }[];
    return { ...product, productCharacteristic: all.filter(({ name }) => name !== missing) };
  };
}
