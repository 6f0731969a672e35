import { rm } from 'node:fs/promises';

export default async function globalTeardown(): Promise<void> {
  const { testPostgres, testService } = globalThis;
  if (testService !== undefined) await rm(testService, { recursive: true, force: true });
  if (!testPostgres) return;
  await testPostgres.server.stop();
  await rm(testPostgres.directory, { recursive: true, force: true });
}
