/** A push as the service sends it to browsers: strings by name, and the visible text of those that have one. */
export interface Push {
  data: Record<string, string>;
  notification?: { title: string; body: string; tag: string };
}

/** Reads the JSON of a push. What is no such JSON is a push without data: it still has to be shown. */
export function readPush(text: string): Push {
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch {
    return { data: {} };
  }
  if (typeof read !== 'object' || read === null) return { data: {} };
  const { notification, ...data } = read as Record<string, unknown>;
  const strings = Object.entries(data).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  const { title, body, tag } = (notification ?? {}) as Record<string, unknown>;
  return {
    data: Object.fromEntries(strings),
    ...(typeof title === 'string' &&
      typeof body === 'string' &&
      typeof tag === 'string' && { notification: { title, body, tag } }),
  };
}
