import process from 'node:process';
import { runBroken } from './base/index.ts';

/** The one addition, of all, that is lost: a single lost write must be found. */
const lostAddition = 20;

/** Acknowledges additions before they are committed, and loses one of them in between. */
await runBroken(process, {
  context(sound) {
    const lost = new Set<string>();
    let additions = 0;
    return {
      ...sound,
      store: {
        ...sound.store,
        async addItem(id, item, quantity) {
          additions += 1;
          if (additions !== lostAddition) return sound.store.addItem(id, item, quantity);
          lost.add(item);
          const { items = [] } = (await sound.store.readBasket(id)) ?? {};
          return { count: items.length + quantity };
        },
      },
      // It is honest about it: what it has not committed, its ledger does not say it has.
      ledger: sound.ledger && {
        ...sound.ledger,
        write(entry) {
          if (entry.event !== 'commit' || !lost.has(entry.value ?? '')) sound.ledger?.write(entry);
        },
      },
    };
  },
});
