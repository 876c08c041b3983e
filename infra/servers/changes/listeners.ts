import type { Change } from './types.ts';

type Listener = (change: Change) => void;

/** Who hears of changes in this process. @param onAny is told when there is somebody to hear them, and when nobody is left. */
export function listeners(onAny: (any: boolean) => void = () => {}) {
  const all = new Set<Listener>();
  return {
    tell(change: Change): void {
      for (const listener of all) listener(change);
    },
    add(listener: Listener): () => void {
      all.add(listener);
      if (all.size === 1) onAny(true);
      return () => {
        if (all.delete(listener) && all.size === 0) onAny(false);
      };
    },
  };
}
