/** The id of an event as its receivers see it, in `webhook-id` too: letters, digits and `_`. */
export function publicEventId(id: string): string {
  return `msg_${id.replaceAll('-', '')}`;
}

/** Reads the id of an event; undefined for a text that is none. */
export function readEventId(text: string): string | undefined {
  const digits = /^msg_([\da-f]{32})$/.exec(text)?.[1];
  return digits?.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
