import process from 'node:process';
import { runBroken } from './base/index.ts';

/** The reading of each basket that is answered wrongly. */
const wrongReading = 2;

/** Answers a reading with the basket of somebody else. */
await runBroken(process, {
  context(sound) {
    const readings = new Map<string, number>();
    const another = async (id: string) => {
      for (const other of readings.keys()) {
        const basket = other === id ? undefined : await sound.store.readBasket(other);
        if (basket && basket.items.length > 0) return basket;
      }
      return undefined;
    };
    return {
      ...sound,
      store: {
        ...sound.store,
        async readBasket(id) {
          const reading = (readings.get(id) ?? 0) + 1;
          readings.set(id, reading);
          return (reading === wrongReading ? await another(id) : undefined) ?? sound.store.readBasket(id);
        },
      },
    };
  },
});
