import process from 'node:process';
import { runBroken } from './base/index.ts';

/** How often a session is found before it is forgotten. */
const lookUps = 8;

/** Lives, and forgets sessions all the same: as one that keeps them in a cache that is too small. */
await runBroken(process, {
  context(sound) {
    const asked = new Map<string, number>();
    return {
      ...sound,
      store: {
        ...sound.store,
        // A session of a shared store is looked up at each request.
        shared: true,
        session(id) {
          const times = (asked.get(id) ?? 0) + 1;
          asked.set(id, times);
          return times > lookUps ? undefined : sound.store.session(id);
        },
      },
    };
  },
});
