import type { FormFactor, Holder, LineFacts, LineStatus, Plan } from '../../domain/line.ts';
import { formatPhoneNumber, parseMsisdn } from '../../domain/phone-number.ts';
import { CarrierCall, isObject, type CarrierToken, type Json } from './carrier-call.ts';
import { CarrierDirectory } from './carrier-directory.ts';
import { DEFAULT_MAPPING, factBy, type CharacteristicMapping, type FactName } from './characteristics.ts';
import { textIn } from './fact-forms.ts';

export interface Tmf637Options {
  /** Base of the carrier's TMF637 v4 API: `https://carrier.example/tmf-api/productInventory/v4`. */
  url: string;
  /** Bearer token (RFC 6750), or what returns it for each request; without one, no `Authorization` is sent. */
  token?: CarrierToken;
  /** Milliseconds for a whole answer, headers and body. */
  deadlineMs?: number;
  /** Which part of a product says what. */
  mapping?: CharacteristicMapping;
}

/** A product of which number and status are parsed, and the other facts not yet. */
interface Contract {
  product: Json;
  phoneNumber: string;
  status: LineStatus;
}

/** Enough for a number that was recycled many times: the answer includes its ended products. */
const PAGE = 20;

/**
 * The lines of a carrier whose systems speak TM Forum's TMF637 v4 (Product Inventory).
 * Every lookup is one request; a failed one is not repeated. Members and characteristics that the mapping does not name
 * are ignored.
 */
export class Tmf637Directory extends CarrierDirectory {
  readonly #products: URL;
  readonly #carrier: CarrierCall;
  readonly #mapping: CharacteristicMapping;

  /** Throws if `url` is not a URL. */
  constructor({ url, token, deadlineMs, mapping = DEFAULT_MAPPING }: Tmf637Options) {
    super();
    this.#products = new URL(`${url.replace(/\/+$/, '')}/product`);
    this.#carrier = new CarrierCall({ span: 'product', system: "The carrier's product inventory", token, deadlineMs });
    this.#mapping = mapping;
  }

  async byPhoneNumber(phoneNumber: string): Promise<LineFacts | null> {
    const line = await this.lookUp(phoneNumber);
    return typeof line === 'string' ? null : line;
  }

  /** As `byPhoneNumber`, and tells how the inventory says that it has no such line: by a list (`none`), or by status 404. */
  async lookUp(phoneNumber: string): Promise<LineFacts | 'none' | 'not_found'> {
    const { filter, form } = this.#mapping.number;
    const url = new URL(this.#products);
    // TMF630: any attribute can filter a list. By default, the serial number of a mobile line's product is its MSISDN.
    url.searchParams.set(filter, written(phoneNumber, form));
    url.searchParams.set('limit', String(PAGE));
    const products = await this.#carrier.send(url);
    if (products === undefined) return 'not_found';
    const contract = this.#liveContract(this.#listIn(products), phoneNumber);
    return contract ? this.#factsOf(contract) : 'none';
  }

  /**
   * Whether there is a list of products where the numbers are looked up. It asks for the id of one product, of no certain
   * number. False for status 404; rejects with `CarrierUnavailable` for every other answer that is no list.
   */
  async servesList(): Promise<boolean> {
    const url = new URL(this.#products);
    url.searchParams.set('fields', 'id');
    url.searchParams.set('limit', '1');
    // A page that omits products has the status 206 (TMF630).
    const products = await this.#carrier.send(url, undefined, [200, 206]);
    if (products === undefined) return false;
    this.#listIn(products);
    return true;
  }

  #listIn(products: unknown): readonly unknown[] {
    if (Array.isArray(products)) return products;
    throw this.#carrier.unavailable('answered with JSON that is not a list of products');
  }

  /** The contract that has not ended; null if there is none. A number keeps the ended contracts of its earlier owners. */
  #liveContract(products: readonly unknown[], phoneNumber: string): Contract | null {
    const contracts = products.map((product) => this.#contractOf(product, phoneNumber));
    const [contract, another] = contracts.filter(({ status }) => status !== 'terminated');
    if (another) throw this.#carrier.unavailable('answered with two active products for one number');
    if (contract) return contract;
    if (contracts.length === PAGE)
      throw this.#carrier.unavailable('answered with a full page of ended products, which may hide an active one');
    return null;
  }

  /**
   * A product of another number means that the carrier ignored the filter; it says nothing about the requested number.
   */
  #contractOf(product: unknown, phoneNumber: string): Contract {
    if (!isObject(product)) throw this.#carrier.unavailable('answered with a product that is not an object');
    const { characteristic } = this.#mapping.number;
    const told =
      characteristic === undefined ? product['productSerialNumber'] : this.#characteristicOf(product, characteristic);
    if (typeof told !== 'string' || parseMsisdn(told) !== phoneNumber)
      throw this.#carrier.unavailable('answered with a product of a different number');
    const said = product['status'];
    const status = typeof said === 'string' ? this.#mapping.status.get(said) : undefined;
    return { product, phoneNumber, status: status ?? this.#unreadable('status') };
  }

  #factsOf({ product, phoneNumber, status }: Contract): LineFacts {
    const model = this.#mapping.facts.handsetModel;
    const hasModel =
      model.characteristic === undefined || this.#characteristicOf(product, model.characteristic) !== undefined;
    return {
      lineId: textIn(product['id']) ?? this.#unreadable('id'),
      phoneNumber,
      carrier: this.#fact(product, 'carrier'),
      status,
      holder: this.#fact(product, 'holder') as Holder,
      owner: {
        birthDate: this.#fact(product, 'ownerBirthDate'),
        genderDigit: this.#fact(product, 'ownerGenderDigit'),
      },
      plan: this.#fact(product, 'plan') as Plan,
      handset: {
        os: this.#fact(product, 'handsetOs'),
        osVersion: this.#fact(product, 'handsetOsVersion'),
        formFactor: this.#fact(product, 'handsetFormFactor') as FormFactor,
        ...(hasModel && { model: this.#fact(product, 'handsetModel') }),
      },
    };
  }

  /** A fact of a product. The mapping and `factBy` see to it that a fact with a closed list has one of its values. */
  #fact(product: Json, name: FactName): string {
    const rule = this.#mapping.facts[name];
    const value = rule.characteristic === undefined ? undefined : this.#characteristicOf(product, rule.characteristic);
    return factBy(name, rule, value) ?? this.#unreadable(rule.characteristic ?? name);
  }

  /** The value of a characteristic; undefined if the product has none of that name. */
  #characteristicOf(product: Json, name: string): unknown {
    const all = product['productCharacteristic'];
    if (!Array.isArray(all)) return this.#unreadable('productCharacteristic');
    const named = all.filter(isObject).filter((one) => one['name'] === name);
    if (named.length > 1) throw this.#carrier.unavailable(`answered with a product that has ${name} twice`);
    return named[0]?.['value'];
  }

  #unreadable(name: string): never {
    throw this.#carrier.unavailable(`answered with a product without a valid ${name}`);
  }
}

/** A number as the carrier's query takes it. A foreign number has the same form in all of them but `msisdn`. */
function written(phoneNumber: string, form: CharacteristicMapping['number']['form']): string {
  switch (form) {
    case 'e164':
      return phoneNumber;
    case 'msisdn':
      return phoneNumber.slice(1);
    case 'national':
      return formatPhoneNumber(phoneNumber).replaceAll('-', '');
    case 'hyphenated':
      return formatPhoneNumber(phoneNumber);
  }
}
