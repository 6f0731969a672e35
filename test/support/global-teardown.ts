import { rm } from 'node:fs/promises';

export default async function globalTeardown(): Promise<void> {
  const { testPostgres } = globalThis;
  if (!testPostgres) return;
  await testPostgres.server.stop();
  await rm(testPostgres.directory, { recursive: true, force: true });
}
