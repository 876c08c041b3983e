import { topicOfUri, uriOfTopic } from '../../../src/record/index.ts';
import type { Changes } from './types.ts';

/** Topics in the words of both revisions' resources. */
export function topicResources(changes: Changes) {
  return {
    list: async () => ({
      resources: (await changes.topics()).map((topic) => ({ uri: uriOfTopic(topic), name: topic })),
    }),
    templates: async () => ({
      resourceTemplates: [{ uriTemplate: uriOfTopic('{topic}', false), name: 'topic' }],
    }),
    /** Undefined: there is no such topic. */
    async read(uri: string) {
      const topic = topicOfUri(uri);
      const text = topic === undefined ? undefined : await changes.read(topic);
      return text === undefined ? undefined : { contents: [{ uri, mimeType: 'text/plain', text }] };
    },
  };
}
