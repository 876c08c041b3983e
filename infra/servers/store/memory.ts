import type { Basket, InitializeParams, Store } from './types.ts';

/** The memory of this process: fast, seen by no other replica, gone with it. */
export function memoryStore(): Store {
  const baskets = new Map<string, Basket>();
  const sessions = new Map<string, InitializeParams>();
  return {
    shared: false,
    createBasket(id) {
      if (!baskets.has(id)) baskets.set(id, { items: [], checkedOut: false });
    },
    addItem(id, item, quantity) {
      const basket = baskets.get(id);
      if (!basket) return 'missing';
      if (basket.checkedOut) return 'checked-out';
      for (let i = 0; i < quantity; i++) basket.items.push(item);
      return { count: basket.items.length };
    },
    readBasket(id) {
      const basket = baskets.get(id);
      return basket && { items: [...basket.items], checkedOut: basket.checkedOut };
    },
    checkOut(id) {
      const basket = baskets.get(id);
      if (!basket) return 'missing';
      if (basket.checkedOut) return 'checked-out';
      basket.checkedOut = true;
      return { count: basket.items.length };
    },
    saveSession: (id, initialize) => void sessions.set(id, initialize),
    session: (id) => sessions.get(id),
    deleteSession(id) {
      sessions.delete(id);
      baskets.delete(id);
    },
    close() {
      baskets.clear();
      sessions.clear();
    },
  };
}
