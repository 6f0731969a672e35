const UUID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/;

/**
 * Whether the window of this id was opened by a flow of this service, such as OpenID Connect: it is of UUID version 8. What
 * its client learns about the person is for the scopes of that flow to say.
 */
export function isFlowWindow(windowId: string | null): boolean {
  return windowId?.charAt(14) === '8';
}

/** Whether a text has the form of an id of this service: a UUID in lower case. */
export function isUuid(text: string): boolean {
  return UUID.test(text);
}
