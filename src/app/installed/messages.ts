/** What the service worker and the app's pages tell each other. */
export type ToPage =
  /** A push arrived, with the members of its data. */
  | { type: 'push'; data: Record<string, string> }
  /** A notice arrived, and waits in the store until a page has kept it. */
  | { type: 'notice' }
  /** The person tapped the notification of this request. */
  | { type: 'open'; id: string }
  /** The browser ended the push subscription. */
  | { type: 'resubscribe' };

export type ToWorker =
  /** The person agreed to the new version: it takes the place of the one in use. */
  | { type: 'take-over' }
  /** The language that the person reads, for the time without a network. */
  | { type: 'language'; locale: string };
