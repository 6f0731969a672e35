import { Injectable } from '@nestjs/common';
import { Problem } from '../domain/problem.ts';
import { SharedWork } from '../process/shared-work.ts';
import type { Client } from './client.entity.ts';
import { ClientStore, type NewClient } from './client.store.ts';

/** Milliseconds for which a client's settings are cached: a change takes effect within two seconds in every process. */
const REMEMBERED_MS = 2_000;

/** The service's own website: a relying party that verifies its customers like any other. A migration adds it. */
export const WEBSITE = { id: '00000000-0000-7000-8000-000000000001', clientId: 'pushguard-website' } as const;

/**
 * The call centre, as the phone of a person sees it while an operator verifies a caller. No program can act in its name: it
 * has neither a key nor a scope. A migration adds it.
 */
export const CALL_CENTRE = { id: '00000000-0000-7000-8000-000000000002', clientId: 'pushguard-call-centre' } as const;

/** What a relying party's quota counts, each by itself. */
type QuotaOf = 'starts' | 'pushed requests' | 'authorization requests';

/** Relying parties as other rooms use them: settings and the quota of starts. */
@Injectable()
export class RelyingParties {
  private readonly remembered = new Map<string, { client: Client; until: number }>();
  private readonly reading = new SharedWork<Client>();
  private readonly started = new Map<string, { minute: number; count: number }>();

  constructor(private readonly store: ClientStore) {}

  async get(id: string): Promise<Client> {
    const known = this.remembered.get(id);
    if (known && known.until > performance.now()) return known.client;
    return this.reading.run(id, () => this.read(id));
  }

  /** The client of this client id, as it is now; null for an unknown one and for one that is disabled. */
  async named(clientId: string): Promise<Client | null> {
    const client = await this.store.byClientId(clientId);
    return client?.disabledAt === null ? client : null;
  }

  private async read(id: string): Promise<Client> {
    const until = performance.now() + REMEMBERED_MS;
    const client = await this.store.byId(id);
    if (!client) throw new Problem('invalid_token', 'The client no longer exists.');
    this.remembered.set(id, { client, until });
    return client;
  }

  /**
   * Enforces a relying party's starts per minute, and as many pushed authorization requests and authorization requests
   * that were not pushed. Each process counts its own: the quota protects the service from a runaway
   * client, and from strangers who begin log-ins in a client's name; the budget that protects people is in the database.
   */
  async spendQuota(id: string, of: QuotaOf = 'starts'): Promise<void> {
    const { startsPerMinute } = await this.get(id);
    const minute = Math.floor(Date.now() / 60_000);
    const key = `${id} ${of}`;
    const spent = this.started.get(key);
    const count = spent?.minute === minute ? spent.count + 1 : 1;
    if (count > startsPerMinute) {
      const retryAfterSeconds = Math.ceil(((minute + 1) * 60_000 - Date.now()) / 1000);
      const detail = `The limit of ${startsPerMinute} ${of} per minute is reached. Wait until the next minute.`;
      const limit = { name: 'quota', quota: startsPerMinute, seconds: 60 };
      throw new Problem('too_many_requests', detail, { retryAfterSeconds, limit });
    }
    this.started.set(key, { minute, count });
  }

  /**
   * Removes a batch of expired assertions; expiry already prevents a second use. Returns true if more may remain.
   */
  async purgeAssertions(): Promise<boolean> {
    return this.store.purgeAssertions();
  }

  /** Removes the secrets that ended long ago. */
  async purgeSecrets(): Promise<boolean> {
    await this.store.purgeSecrets();
    return false;
  }

  /** Gives our own website the name of the service, which people see beside what the website asks for. */
  async nameWebsite(name: string): Promise<void> {
    await this.store.rename(WEBSITE.id, name);
  }

  /**
   * Adds a client, with a secret of test mode where one is given; one of the same client id keeps everything but its return
   * addresses.
   */
  async register(client: NewClient, testSecretDigest?: Buffer): Promise<void> {
    await this.store.register(client, testSecretDigest);
  }
}
