/** The services that carry pushes: Google's FCM and Apple's APNs. A device is reached through one of them. */
export const PUSH_SERVICES = ['fcm', 'apns'] as const;
export type PushService = (typeof PUSH_SERVICES)[number];

/** The systems that the app runs on (contract: `platform` of an enrolment). */
export const PLATFORMS = ['android', 'ios'] as const;
export type Platform = (typeof PLATFORMS)[number];

/** The push service that a system's apps register with. */
export const PUSH_SERVICE_OF: Readonly<Record<Platform, PushService>> = { android: 'fcm', ios: 'apns' };
