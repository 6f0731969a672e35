import { startLocalApns } from '../../src/embedded/local-apns.ts';
import { startLocalFcm } from '../../src/embedded/local-fcm.ts';
import { startLocalSmsc } from '../../src/embedded/local-smsc.ts';
import type { ReceivedPush } from '../../src/embedded/received-push.ts';

/** A push as the platforms' process reports it to the run. */
export interface Arrival {
  kind: string;
  id: string;
  envelope: string | undefined;
  /** Milliseconds since 1970, by the one clock that all processes share. */
  at: number;
}

export type PlatformsMessage = { env: Record<string, string> } | { arrivals: Arrival[] };

// FCM, APNs and an SMS centre on the loopback, in a separate process to which all candidates push.
const [fcm, apns, smsc] = await Promise.all([startLocalFcm(), startLocalApns(), startLocalSmsc()]);
let arrivals: Arrival[] = [];

function notify(message: PlatformsMessage): void {
  process.send?.(message);
}

function arrived({ data }: ReceivedPush): void {
  // Pushes that arrive within one turn of the event loop share a message.
  if (arrivals.length === 0) {
    setImmediate(() => {
      notify({ arrivals });
      arrivals = [];
    });
  }
  arrivals.push({ kind: data['t'] ?? '', id: data['id'] ?? '', envelope: data['envelope'], at: Date.now() });
}

fcm.onReceived(arrived);
apns.onReceived(arrived);
process.once('disconnect', () => process.exit(0));
notify({
  env: {
    FCM_ENDPOINT: `${fcm.host}:${fcm.port}`,
    FCM_ENDPOINT_CA: fcm.ca,
    APNS_ENDPOINT: `${apns.host}:${apns.port}`,
    APNS_ENDPOINT_CA: apns.ca,
    APNS_KEY: apns.token.key,
    APNS_KEY_ID: apns.token.keyId,
    APNS_TEAM_ID: apns.token.teamId,
    APNS_TOPIC: apns.topic,
    SMPP_URL: `smpp://${smsc.systemId}:${smsc.password}@${smsc.host}:${smsc.port}`,
  },
});
