const UUID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/;

/** Whether a text has the form of an id of this service: a UUID in lower case. */
export function isUuid(text: string): boolean {
  return UUID.test(text);
}
