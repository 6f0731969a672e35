import { byId } from './element.ts';

/** The names that an operator of the service chooses, in the page's language. */
export interface Brand {
  /** The product's name. */
  service: string;
  /** The carrier's name. */
  carrier: string;
  /** The number of the carrier's call centre. */
  callCentre: string;
  /** The texts of this page's script that the operator of the service changed, by key. */
  texts: Record<string, string>;
}

/** The brand, which the server writes into the element `brand` of every page with a script. */
export const brand = JSON.parse(byId('brand', HTMLElement).textContent) as Brand;
