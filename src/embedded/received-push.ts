import type { Platform } from '../domain/push-service.ts';

/** One push as a local push platform received it. */
export interface ReceivedPush {
  /** RFC 3339 UTC. */
  receivedAt: string;
  /** The system whose push service it is; `web` for that of a browser. */
  platform: Platform | 'web';
  token: string;
  data: Record<string, string>;
  /** The visible text; null when the push has none. */
  alert: { title: string; body: string } | null;
  /** Seconds for which the platform may keep the push; -1 when the push does not say. */
  ttlSeconds: number;
  collapseKey: string | null;
}
