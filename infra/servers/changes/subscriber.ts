import { changeValueKey, uriOfTopic } from '../../../src/record/index.ts';
import type { Change, Changes } from './types.ts';

/** `params` of `notifications/resources/updated`: beside what MCP has, the value, by which clients tell changes apart. */
export const updatedParams = ({ topic, value }: Change) => ({
  uri: uriOfTopic(topic),
  _meta: { [changeValueKey]: value },
});

/** What a session of 2025-11-25 sends on its GET stream. */
interface Voice {
  updated(params: ReturnType<typeof updatedParams>): Promise<void>;
  listChanged(): Promise<void>;
}

/** A client may subscribe to so many resources in one session. */
const subscriptionsMax = 10_000;

/** Tells one session of the changes of what it has subscribed to, and that there is a new topic. */
export function sessionSubscriber(changes: Changes, { updated, listChanged }: Voice) {
  const subscribed = new Set<string>();
  const end = changes.onChange((change) => {
    const params = updatedParams(change);
    // A stream that has just broken has nobody to be told.
    if (change.isNew) listChanged().catch(() => {});
    if (subscribed.has(params.uri)) updated(params).catch(() => {});
  });
  return {
    /** False: they are too many. */
    subscribe(uri: string): boolean {
      if (subscribed.size >= subscriptionsMax) return false;
      subscribed.add(uri);
      return true;
    },
    unsubscribe: (uri: string) => void subscribed.delete(uri),
    end,
  };
}
