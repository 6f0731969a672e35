import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import type { Environment } from '../../config/environment.ts';
import { startEmbeddedPostgres } from './embedded-postgres.ts';
import { startLocalApns } from './local-apns.ts';
import { startLocalFcm } from './local-fcm.ts';
import { startLocalWebPush, type LocalWebPush } from './local-web-push.ts';
import { startLocalSmsc, type ReceivedSms } from './local-smsc.ts';
import { Outbox } from './outbox.ts';
import type { ReceivedPush } from './received-push.ts';

/** The embedded servers that replace missing settings of the environment. */
export interface Embedded {
  pushes: Outbox<ReceivedPush>;
  webPush: Pick<LocalWebPush, 'newSubscription'>;
  texts: Outbox<ReceivedSms>;
  stop(): Promise<void>;
}

/**
 * Completes a development environment: its own PostgreSQL, keys, and local servers in place of FCM, APNs and the SMS
 * centre. Settings of the environment take precedence.
 */
export async function startEmbedded(
  environment: Environment,
  keyrings: { create: () => string; complete: (keyring: string) => string },
): Promise<Embedded> {
  const stops: (() => Promise<void>)[] = [];
  const pushes = new Outbox<ReceivedPush>();
  const texts = new Outbox<ReceivedSms>();
  const dataDir = resolve(environment.DATA_DIR);
  await mkdir(dataDir, { recursive: true });
  if (environment.PORT === 0) environment.PORT = await freePort();
  if (!environment.ISSUER) environment.ISSUER = `http://${environment.hostInUrl}:${environment.PORT}`;
  environment.KEYRING ??= await loadOrCreateKeyring(join(dataDir, 'keyring.json'), keyrings);
  if (!environment.DATABASE_URL) {
    const postgres = await startEmbeddedPostgres({ dataDir, database: 'pushguard' });
    environment.DATABASE_URL = postgres.serviceUrl;
    environment.MIGRATION_DATABASE_URL = postgres.url;
    stops.push(() => postgres.stop());
  }
  if (!environment.FCM_SERVICE_ACCOUNT && !environment.FCM_ENDPOINT && !environment.hubCarries('fcm')) {
    const fcm = await startLocalFcm();
    environment.FCM_ENDPOINT = `${fcm.host}:${fcm.port}`;
    environment.FCM_ENDPOINT_CA = fcm.ca;
    fcm.onReceived((push) => {
      pushes.add(push);
    });
    stops.push(() => fcm.close());
  }
  if (!environment.APNS_KEY && !environment.hubCarries('apns')) {
    const apns = await startLocalApns();
    environment.APNS_ENDPOINT = `${apns.host}:${apns.port}`;
    environment.APNS_ENDPOINT_CA = apns.ca;
    environment.APNS_KEY = apns.token.key;
    environment.APNS_KEY_ID = apns.token.keyId;
    environment.APNS_TEAM_ID = apns.token.teamId;
    environment.APNS_TOPIC = apns.topic;
    apns.onReceived((push) => {
      pushes.add(push);
    });
    stops.push(() => apns.close());
  }
  // It replaces nothing: a subscription names its push service itself.
  const webPush = await startLocalWebPush();
  webPush.onReceived((push) => {
    pushes.add(push);
  });
  stops.push(() => webPush.close());
  if (!environment.SMPP_URL && (!environment.SMS_HTTP_URL || environment.SMS_GATEWAYS?.includes('smpp'))) {
    const smsc = await startLocalSmsc();
    environment.SMPP_URL = `smpp://${smsc.systemId}:${smsc.password}@${smsc.host}:${smsc.port}`;
    smsc.onReceived((sms) => {
      texts.add(sms);
    });
    stops.push(() => smsc.close());
  }
  return {
    pushes,
    webPush,
    texts,
    stop: async () => {
      for (const stop of stops.reverse()) await stop();
    },
  };
}

/** The keyring of an older version gets what it lacks, so that a second start serves what the first one did not know. */
async function loadOrCreateKeyring(
  path: string,
  { create, complete }: { create: () => string; complete: (keyring: string) => string },
): Promise<string> {
  const kept = existsSync(path) ? await readFile(path, 'utf8') : undefined;
  const keyring = kept === undefined ? create() : complete(kept);
  if (keyring !== kept) await writeFile(path, keyring, { mode: 0o600 });
  return keyring;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  await new Promise((closed) => server.close(closed));
  return port;
}
