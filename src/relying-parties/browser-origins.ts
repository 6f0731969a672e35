import { Injectable } from '@nestjs/common';
import { ClientStore } from './client.store.ts';

/** Milliseconds for which the origins are cached, as the settings of a client are. */
const REMEMBERED_MS = 2_000;

/**
 * The origins of pages that are public clients: those of their return addresses. Their scripts redeem codes, which scripts of
 * any other page may not even try to read the answer of.
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
    const ofWeb = addresses.filter((address) => /^https?:/i.test(address) && URL.canParse(address));
    return new Set(ofWeb.map((address) => new URL(address).origin));
  }
}
