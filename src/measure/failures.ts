import type { Collector } from './collector.ts';
import type { Series } from './metrics.ts';

/** Why operations were not ok in the end: kinds, how often, and the words of one of each. */
export function failures(): Collector<Series['failures']> {
  const kinds = new Map<string, { count: number; example: string }>();
  return {
    types: ['operation'],
    see(event) {
      if (event.type !== 'operation' || event.failure === undefined) return;
      const { kind, status, code, message } = event.failure;
      const seen = kinds.get(kind);
      if (seen) {
        seen.count += 1;
        return;
      }
      const parts = [event.tool, status ? `HTTP ${status}` : '', code ? String(code) : '', message ?? ''];
      kinds.set(kind, { count: 1, example: parts.filter(Boolean).join(' · ') });
    },
    result: () =>
      [...kinds.entries()]
        .map(([kind, { count, example }]) => ({ kind, count, example }))
        .sort((a, b) => b.count - a.count),
  };
}
