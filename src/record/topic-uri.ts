/** The reference servers' topics as resources: what clients subscribe to, and what notifications name. */

const scheme = 'windtunnel://topic/';

/** @param escaped false for what is no topic, but a template of one. */
export const uriOfTopic = (topic: string, escaped = true): string =>
  scheme + (escaped ? encodeURIComponent(topic) : topic);

/** Undefined: it is no topic's. */
export function topicOfUri(uri: string): string | undefined {
  if (!uri.startsWith(scheme)) return undefined;
  try {
    return decodeURIComponent(uri.slice(scheme.length));
  } catch {
    return undefined;
  }
}
