import process from 'node:process';
import { runBroken } from './base/index.ts';

/** Remembers sessions, and drops a basket before it is checked out. */
await runBroken(process, {
  context: (sound) => ({
    ...sound,
    store: {
      ...sound.store,
      async checkOut(id) {
        // Forgets what is kept under this name, which for a basket is the basket.
        await sound.store.deleteSession(id);
        return sound.store.checkOut(id);
      },
    },
  }),
});
