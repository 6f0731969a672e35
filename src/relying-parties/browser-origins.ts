import { Injectable } from '@nestjs/common';
import { ClientStore } from './client.store.ts';

/** Milliseconds for which the origins are cached, as the settings of a client are. */
const REMEMBERED_MS = 2_000;

/**
 * The origins of pages that are public clients: those of their return addresses. Their scripts redeem codes. Scripts of other
 * pages cannot read the answers.
 */
@Injectable()
export class BrowserOrigins {
  private origins: Promise<ReadonlySet<string>> | undefined;
  private readAt = -REMEMBERED_MS;

  constructor(private readonly store: ClientStore) {}

  /** False while the database does not answer: the request itself needs it too. */
  async has(origin: string): Promise<boolean> {
    if (performance.now() - this.readAt >= REMEMBERED_MS) {
      this.readAt = performance.now();
      this.origins = this.read();
    }
    const origins = await this.origins?.catch(() => undefined);
    return origins?.has(origin) === true;
  }

  private async read(): Promise<ReadonlySet<string>> {
    const addresses = await this.store.publicReturnUrls();
    const urls = addresses.filter((address) => URL.canParse(address)).map((address) => new URL(address));
    // A page that is tried out has a port of its own; without one, it is the address of an app on a desktop.
    const ofPages = urls.filter(({ protocol, port }) => protocol === 'https:' || (protocol === 'http:' && port !== ''));
    return new Set(ofPages.map(({ origin }) => origin));
  }
}
