/**
 * `npm run rehearse -- <rehearsal>`: what an operator does to a running service, played on this machine under load.
 *
 * This file is the entry point of every process of a rehearsal; the first argument is its role.
 */
const ROLES: Record<string, () => Promise<unknown>> = {
  platforms: () => import('../bench/platforms.ts'),
  upgrade: () => import('./upgrade.ts'),
  failover: () => import('./failover.ts'),
  partition: () => import('./partition.ts'),
  restart: () => import('./restart.ts'),
  restore: () => import('./restore.ts'),
  outage: () => import('./outage.ts'),
  disk: () => import('./disk.ts'),
  clocks: () => import('./clocks.ts'),
  soak: () => import('./soak.ts'),
};

const role = ROLES[process.argv[2] ?? ''];
if (role) await role();
else {
  process.stdout.write(
    'npm run rehearse -- upgrade|failover|partition|restart|restore|outage|disk|clocks|soak --help\n',
  );
  process.exitCode = process.argv.includes('--help') ? 0 : 2;
}
