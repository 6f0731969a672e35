const WAIT_SECONDS = 25;
const RETRY_MS = 2000;

/** The pushes to this installation, from the outbox of the local stand-ins. */
export class PushInbox {
  private constructor(
    private readonly address: string,
    /** How many pushes are known; undefined while the outbox does not answer. */
    private seen: number | undefined,
  ) {}

  /** Passes on every push from now on, also one that arrives before `receive`. The app asks the service for anything earlier. */
  static async open(pushToken: string): Promise<PushInbox> {
    const address = `/local/push-outbox?to=${encodeURIComponent(pushToken)}`;
    const earlier = await ask(address).catch(() => undefined);
    return new PushInbox(address, earlier?.length);
  }

  async receive(to: {
    onPush: (data: Record<string, string>) => void;
    /** The connection was interrupted, and pushes may have been missed. */
    onGap: () => void;
  }): Promise<never> {
    for (;;) {
      try {
        this.seen ??= (await ask(this.address)).length;
        const pushes = await ask(`${this.address}&after=${this.seen}&wait=${WAIT_SECONDS}`);
        this.seen += pushes.length;
        for (const { data } of pushes) to.onPush(data);
      } catch {
        // After a restart of the service, its outbox counts from zero again.
        this.seen = undefined;
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
        to.onGap();
      }
    }
  }
}

async function ask(address: string): Promise<{ data: Record<string, string> }[]> {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`the outbox answered ${response.status}`);
  return (await response.json()) as { data: Record<string, string> }[];
}
