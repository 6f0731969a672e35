/**
 * The services that carry pushes: Google's FCM, Apple's APNs, and the push services of browsers (Web Push, RFC 8030). A
 * device is reached through one of them.
 */
export const PUSH_SERVICES = ['fcm', 'apns', 'webpush'] as const;
export type PushService = (typeof PUSH_SERVICES)[number];

/** How a device is reached; `none` is for an app that cannot subscribe, and asks the service itself. */
export const PUSH_CHOICES = [...PUSH_SERVICES, 'none'] as const;
export type PushChoice = (typeof PUSH_CHOICES)[number];

/**
 * The systems that the app runs on (contract: `platform` of an enrolment): the name for people, the push service that
 * their native apps register with, and the oldest version that the app was ever built for (service FAQ).
 */
export const SYSTEMS = {
  android: { name: 'Android', pushService: 'fcm', oldest: [2, 3] },
  ios: { name: 'iOS', pushService: 'apns', oldest: [6, 0] },
} as const satisfies Record<string, { name: string; pushService: PushService; oldest: readonly number[] }>;
export type Platform = keyof typeof SYSTEMS;
export const PLATFORMS = Object.keys(SYSTEMS) as Platform[];

/** The push service that a system's native apps register with. */
export const PUSH_SERVICE_OF = Object.fromEntries(
  PLATFORMS.map((platform) => [platform, SYSTEMS[platform].pushService]),
) as Readonly<Record<Platform, PushService>>;

/** Returns the system of this technical name; undefined for one that the app does not run on. */
export function systemOf(name: string): (typeof SYSTEMS)[Platform] | undefined {
  return PLATFORMS.includes(name as Platform) ? SYSTEMS[name as Platform] : undefined;
}
