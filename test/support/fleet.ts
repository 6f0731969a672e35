import { freePort } from './free-port.ts';
import { startProcess, TestService, type ServiceProcess } from './service.ts';
import { Storm } from './storm.ts';

/** Two API processes and one worker on one database, and a storm that reaches both APIs. */
export interface Fleet {
  service: TestService;
  storm: Storm;
  stop(): Promise<void>;
}

export async function startFleet(env: Record<string, string> = {}): Promise<Fleet> {
  const service = await TestService.start({ ROLE: 'api', ...env });
  const others: ServiceProcess[] = [];
  try {
    const port = await freePort();
    // Both API processes have one issuer, as behind a load balancer, so tokens and proofs are valid at either.
    const shared = { ...service.env, ISSUER: service.issuer };
    others.push(await startProcess({ ...shared, ROLE: 'api', PORT: String(port) }));
    others.push(await startProcess({ ...shared, ROLE: 'worker' }));
    const storm = new Storm([service.issuer, `http://127.0.0.1:${port}`]);
    return {
      service,
      storm,
      stop: async () => {
        await storm.close();
        await Promise.all(others.map((one) => one.stop()));
        await service.stop();
      },
    };
  } catch (error) {
    await Promise.all(others.map((one) => one.kill()));
    await service.stop();
    throw error;
  }
}

/** An API process and a worker on one database: what the one commits, the other sends. */
export interface Pair {
  service: TestService;
  worker: ServiceProcess;
  stop(): Promise<void>;
}

export async function startPair(env: Record<string, string> = {}): Promise<Pair> {
  const service = await TestService.start({ ROLE: 'api', ...env });
  try {
    const worker = await startProcess({ ...service.env, ISSUER: service.issuer, ROLE: 'worker' });
    return {
      service,
      worker,
      stop: async () => {
        await worker.stop();
        await service.stop();
      },
    };
  } catch (error) {
    await service.stop();
    throw error;
  }
}
