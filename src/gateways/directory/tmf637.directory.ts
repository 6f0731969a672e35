import type { FormFactor, Holder, LineFacts, LineStatus, Plan } from '../../domain/line.ts';
import { PLAIN_TEXT } from '../../http/plain-text.ts';
import { inClientSpan, presentTraceparent } from '../../tracing/tracing.ts';
import { CarrierDirectory, CarrierUnavailable } from './carrier-directory.ts';

export interface Tmf637Options {
  /** Base of the carrier's TMF637 v4 API: `https://carrier.example/tmf-api/productInventory/v4`. */
  url: string;
  /** Bearer token (RFC 6750), or what returns it for each request; without one, no `Authorization` is sent. */
  token?: string | (() => string | undefined);
  /** Milliseconds for a whole answer, headers and body. */
  deadlineMs?: number;
}

type Json = Readonly<Record<string, unknown>>;

/** A product of which number and status are parsed, and the other facts not yet. */
interface Contract {
  product: Json;
  phoneNumber: string;
  status: LineStatus;
}

const DEADLINE_MS = 3_000;
/**
 * Maximum bytes of an answer, uncompressed. A product takes a few KiB, and a request asks for at most `PAGE` of them.
 */
const MAX_BYTES = 64 * 1024;
/** Enough for a number that was recycled many times: the answer includes its ended products. */
const PAGE = 20;
/** Maximum characters of a value; the longest expected one, a UUID, has 36. */
const MAX_LENGTH = 128;

/** ProductStatusType of TMF637 v4; its specification spells one of them with a trailing blank. */
const STATUSES: ReadonlyMap<unknown, LineStatus> = new Map([
  ['active', 'active'],
  ['pendingTerminate', 'active'],
  ['created', 'suspended'],
  ['pendingActive', 'suspended'],
  ['suspended', 'suspended'],
  ['cancelled', 'terminated'],
  ['aborted', 'terminated'],
  ['aborted ', 'terminated'],
  ['terminated', 'terminated'],
]);

/**
 * The lines of a carrier whose systems speak TM Forum's TMF637 v4 (Product Inventory).
 * Every lookup is one request; a failed one is not repeated. Members and characteristics that this class does not need
 * are ignored.
 */
export class Tmf637Directory extends CarrierDirectory {
  readonly #products: URL;
  readonly #token: Tmf637Options['token'];
  readonly #deadlineMs: number;

  /** Throws if `url` is not a URL. */
  constructor({ url, token, deadlineMs = DEADLINE_MS }: Tmf637Options) {
    super();
    this.#products = new URL(`${url.replace(/\/+$/, '')}/product`);
    this.#token = token;
    this.#deadlineMs = deadlineMs;
  }

  async byPhoneNumber(phoneNumber: string): Promise<LineFacts | null> {
    const body = await this.#request(phoneNumber);
    if (body === null) return null;
    const contract = liveContract(productsIn(body), phoneNumber);
    return contract && factsOf(contract);
  }

  /** The body of the carrier's answer; null if the carrier knows no such product. */
  async #request(phoneNumber: string): Promise<Buffer | null> {
    const url = new URL(this.#products);
    // TMF630: any attribute can filter a list. The serial number of a mobile line's product is its MSISDN.
    url.searchParams.set('productSerialNumber', phoneNumber);
    url.searchParams.set('limit', String(PAGE));
    const signal = AbortSignal.timeout(this.#deadlineMs);
    const token = typeof this.#token === 'function' ? this.#token() : this.#token;
    const own = { Accept: 'application/json', ...(token !== undefined && { Authorization: `Bearer ${token}` }) };
    try {
      // Neither address nor name of the span has the query, which holds the number.
      return await inClientSpan('GET product', { 'http.request.method': 'GET' }, async (span) => {
        const traceparent = presentTraceparent();
        const headers = { ...own, ...(traceparent !== undefined && { traceparent }) };
        const response = await fetch(url, { headers, redirect: 'manual', signal });
        span?.setAttribute('http.response.status_code', response.status);
        return bodyOf(response);
      });
    } catch (error) {
      if (error instanceof CarrierUnavailable) throw error;
      if (signal.aborted) throw unavailable(`did not answer completely within ${this.#deadlineMs} ms`);
      // Neither message nor cause is passed on: fetch may quote the URL, and with it the number, or the token.
      throw unavailable(`did not answer completely: ${codeOf(error)}`);
    }
  }
}

async function bodyOf({ status, headers, body }: Response): Promise<Buffer | null> {
  const isJson = /^application\/json\s*(?:;|$)/i.test(headers.get('content-type') ?? '');
  if (status === 200 && isJson) return readWhole(body);
  // An unread body would keep its connection busy until the deadline.
  await body?.cancel();
  if (status === 404) return null;
  // These include redirects, which could send the token to another host, and 206 (TMF630), a page that omits products.
  throw unavailable(
    status === 200 ? 'answered with a media type other than application/json' : `answered with status ${status}`,
  );
}

/** Reads the whole body. Stops, and closes the connection, at the first byte beyond the limit. */
async function readWhole(body: AsyncIterable<Uint8Array> | null): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > MAX_BYTES) throw unavailable(`answered with more than ${MAX_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function productsIn(body: Buffer): readonly unknown[] {
  let document: unknown;
  try {
    document = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    // The parser's own message quotes the text, so it is replaced.
    throw unavailable('answered with text that is not JSON');
  }
  if (!Array.isArray(document)) throw unavailable('answered with JSON that is not a list of products');
  return document;
}

/** The contract that has not ended; null if there is none. A number keeps the ended contracts of its earlier owners. */
function liveContract(products: readonly unknown[], phoneNumber: string): Contract | null {
  const contracts = products.map((product) => contractOf(product, phoneNumber));
  const [contract, another] = contracts.filter(({ status }) => status !== 'terminated');
  if (another) throw unavailable('answered with two active products for one number');
  if (contract) return contract;
  if (contracts.length === PAGE)
    throw unavailable('answered with a full page of ended products, which may hide an active one');
  return null;
}

/**
 * A product of another number means that the carrier ignored the filter; it says nothing about the requested number.
 */
function contractOf(product: unknown, phoneNumber: string): Contract {
  if (!isObject(product)) throw unavailable('answered with a product that is not an object');
  if (product['productSerialNumber'] !== phoneNumber)
    throw unavailable('answered with a product of a different number');
  const status = STATUSES.get(product['status']);
  return { product, phoneNumber, status: status ?? unreadable('status') };
}

function factsOf({ product, phoneNumber, status }: Contract): LineFacts {
  const text = (name: string, pattern?: RegExp) => textOf(name, characteristicOf(product, name), pattern);
  const choice = <T extends string>(name: string, ...choices: readonly T[]) =>
    choices.find((one) => one === characteristicOf(product, name)) ?? unreadable(name);
  return {
    lineId: textOf('id', product['id']),
    phoneNumber,
    carrier: text('carrier'),
    status,
    holder: choice<Holder>('holder', 'self', 'corporate', 'other_party'),
    owner: { birthDate: text('ownerBirthDate', /^\d{6}$/), genderDigit: text('ownerGenderDigit', /^\d$/) },
    plan: choice<Plan>('plan', 'postpaid', 'prepaid', 'm2m'),
    handset: {
      os: text('handsetOs'),
      osVersion: text('handsetOsVersion'),
      formFactor: choice<FormFactor>('handsetFormFactor', 'phone', 'tablet'),
      ...(characteristicOf(product, 'handsetModel') !== undefined && { model: text('handsetModel') }),
    },
  };
}

/** The value of a characteristic; undefined if the product has none of that name. */
function characteristicOf(product: Json, name: string): unknown {
  const all = product['productCharacteristic'];
  if (!Array.isArray(all)) return unreadable('productCharacteristic');
  const named = all.filter(isObject).filter((one) => one['name'] === name);
  if (named.length > 1) throw unavailable(`answered with a product that has ${name} twice`);
  return named[0]?.['value'];
}

function textOf(name: string, value: unknown, pattern = PLAIN_TEXT): string {
  return typeof value === 'string' && value.length <= MAX_LENGTH && pattern.test(value) ? value : unreadable(name);
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function unreadable(name: string): never {
  throw unavailable(`answered with a product without a valid ${name}`);
}

function unavailable(fault: string): CarrierUnavailable {
  return new CarrierUnavailable(`The carrier's product inventory ${fault}.`);
}

/** The error code below fetch: `ECONNREFUSED`, `UND_ERR_SOCKET`, `CERT_HAS_EXPIRED`. */
function codeOf(error: unknown): string {
  const { cause } = error as { cause?: { code?: unknown } };
  return typeof cause?.code === 'string' ? cause.code : 'no answer';
}
