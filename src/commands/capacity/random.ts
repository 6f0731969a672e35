// Looked up once: a lookup in a global object costs more than what these functions do, above all in a test.
const { imul, log } = Math;

/**
 * Random numbers that a seed and a place determine: scenarios of one seed have the same people with the same requests, and
 * differ only by the machines. For simulations: the numbers are predictable.
 */
export class Random {
  constructor(private readonly seed: number) {}

  /** A number from 0 to below 1. */
  at(place: number): number {
    return (this.bits(place) >>> 0) / 2 ** 32;
  }

  /** A number from 0 of the exponential distribution with mean 1. */
  exponentialAt(place: number): number {
    return -log(1 - this.at(place));
  }

  /** The finaliser of MurmurHash3 (public domain), twice, over the seed and the place. */
  private bits(place: number): number {
    return mixed(mixed(imul(this.seed + 1, 0x9e37_79b9) ^ place) + place);
  }
}

function mixed(bits: number): number {
  let mixing = bits ^ (bits >>> 16);
  mixing = imul(mixing, 0x85eb_ca6b);
  mixing ^= mixing >>> 13;
  mixing = imul(mixing, 0xc2b2_ae35);
  return mixing ^ (mixing >>> 16);
}
