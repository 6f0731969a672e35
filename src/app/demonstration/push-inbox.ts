const WAIT_SECONDS = 25;
const RETRY_MS = 2000;

/** Passes on every push to this installation from now on; the app asks the service for anything earlier. */
export async function receivePushes(input: {
  pushToken: string;
  onPush: (data: Record<string, string>) => void;
  /** The connection was interrupted, and pushes may have been missed. */
  onGap: () => void;
}): Promise<never> {
  const address = `/local/push-outbox?to=${encodeURIComponent(input.pushToken)}`;
  let seen: number | undefined;
  for (;;) {
    try {
      seen ??= (await ask(address)).length;
      const pushes = await ask(`${address}&after=${seen}&wait=${WAIT_SECONDS}`);
      seen += pushes.length;
      for (const { data } of pushes) input.onPush(data);
    } catch {
      // After a restart of the service, its outbox counts from zero again.
      seen = undefined;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      input.onGap();
    }
  }
}

async function ask(address: string): Promise<{ data: Record<string, string> }[]> {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`the outbox answered ${response.status}`);
  return (await response.json()) as { data: Record<string, string> }[];
}
