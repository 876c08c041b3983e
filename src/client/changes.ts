import { changeValueKey, topicOfUri, uriOfTopic } from '../record/index.ts';
import type { Message } from './event-stream.ts';
import type { ChangeWatch } from './types.ts';

/** What both revisions' clients make of what they are told while they listen for changes. */

/** Shows a notification to `watch`, if it is about resources. */
export function seeChange(watch: ChangeWatch, { method, params }: Message): void {
  if (method === 'notifications/resources/list_changed') watch.onListChanged();
  if (method !== 'notifications/resources/updated') return;
  const { uri, _meta } = (params ?? {}) as { uri?: unknown; _meta?: Record<string, unknown> | null };
  const value = _meta?.[changeValueKey];
  const named = typeof uri === 'string' ? uri : '';
  watch.onChange(topicOfUri(named) ?? named, typeof value === 'string' ? value : null);
}

/** Whether a server has acknowledged all that was asked for (2026-07-28): it may leave out what it does not support. */
export function isHonoured({ params }: Message, topics: readonly string[]): boolean {
  const { notifications } = (params ?? {}) as { notifications?: { resourceSubscriptions?: unknown } | null };
  const uris = notifications?.resourceSubscriptions;
  return Array.isArray(uris) && topics.every((topic) => uris.includes(uriOfTopic(topic)));
}
