import { eventually } from './eventually.ts';
import { freePort } from './free-port.ts';
import { RedisServer } from './redis.ts';

/** The number of hash slots of every cluster. */
const SLOTS = 16_384;

/** A Redis in cluster mode: each of its nodes has the same share of the slots. */
export class RedisCluster {
  private constructor(readonly nodes: readonly RedisServer[]) {}

  static async start(size: number): Promise<RedisCluster> {
    // Without a setting, the nodes' own port is 10,000 above the clients', among the ephemeral ports.
    const buses = await Promise.all(Array.from({ length: size }, freePort));
    const nodes = await Promise.all(
      buses.map((bus) => RedisServer.start({ 'cluster-enabled': 'yes', 'cluster-port': String(bus) })),
    );
    const share = Math.ceil(SLOTS / size);
    for (const [at, node] of nodes.entries()) {
      const end = Math.min((at + 1) * share, SLOTS) - 1;
      await node.ask(`CLUSTER ADDSLOTSRANGE ${at * share} ${end}`);
      await node.ask(`CLUSTER SET-CONFIG-EPOCH ${at + 1}`);
      for (const [before, { port }] of nodes.slice(0, at).entries()) {
        await node.ask(`CLUSTER MEET 127.0.0.1 ${port} ${buses[before]}`);
      }
    }
    for (const node of nodes) {
      await eventually('the cluster', async () => {
        const info = await node.ask('CLUSTER INFO');
        return info.includes('cluster_state:ok') && info.includes(`cluster_known_nodes:${size}`);
      });
    }
    return new RedisCluster(nodes);
  }

  /** The URL of each node. */
  get urls(): string[] {
    return this.nodes.map(({ url }) => url);
  }

  /** The keys of all nodes. */
  async keys(): Promise<string[]> {
    const answers = await Promise.all(this.nodes.map((node) => node.ask('KEYS *')));
    return answers
      .join('')
      .split('\r\n')
      .filter((line) => /^[^*$]/.test(line));
  }

  async remove(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.remove()));
  }
}
