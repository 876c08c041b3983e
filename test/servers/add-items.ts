import { openStore } from '../../infra/servers/store/index.ts';

/** A process of `store.test.ts`: adds `count` items, each by itself, to a basket that others fill as well. */
const [config = '{}', basket = '', name = '', count = '0'] = process.argv.slice(2);
const store = await openStore(JSON.parse(config));
for (let i = 0; i < Number(count); i++) await store.addItem(basket, `${name}-${i}`, 1);
await store.close();
