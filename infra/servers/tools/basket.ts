import * as z from 'zod';
import type { BasketChange } from '../store/index.ts';
import type { Tool, ToolOutcome } from './types.ts';

/** The application that SEP-2567 argues with: a basket that is made, filled, read and checked out. */

export const basketTools: readonly Tool[] = [
  {
    name: 'basket_create',
    description: 'Makes an empty basket',
    fields: {},
    takesBasket: false,
    readOnly: false,
    run: async (_args, { store, baskets }) => {
      const id = baskets.create();
      await store.createBasket(id);
      return { kind: 'done', subject: id, answer: baskets.reveal(id) };
    },
  },
  {
    name: 'basket_add',
    description: 'Adds an item to the basket; adding it twice has it there twice',
    fields: {
      item: z.string().min(1).max(200),
      quantity: z.int().min(1).max(100).default(1),
    },
    takesBasket: true,
    readOnly: false,
    run: async (args, { store, baskets }) => {
      const id = baskets.find(args);
      const item = String(args.item);
      return { ...changed(await store.addItem(id, item, Number(args.quantity)), id), value: item };
    },
  },
  {
    name: 'basket_read',
    description: 'Lists what is in the basket',
    fields: {},
    takesBasket: true,
    readOnly: true,
    run: async (args, { store, baskets }) => {
      const id = baskets.find(args);
      const basket = await store.readBasket(id);
      return basket ? { kind: 'done', subject: id, answer: { ...basket } } : missing(id);
    },
  },
  {
    name: 'basket_checkout',
    description: 'Closes the basket and says how many items it holds',
    fields: {},
    takesBasket: true,
    readOnly: false,
    run: async (args, { store, baskets }) => {
      const id = baskets.find(args);
      return changed(await store.checkOut(id), id);
    },
  },
];

function changed(change: BasketChange, id: string): ToolOutcome {
  if (change === 'missing') return missing(id);
  if (change === 'checked-out') return { kind: 'failed', subject: id, message: 'the basket is checked out' };
  return { kind: 'done', subject: id, answer: { count: change.count } };
}

function missing(id: string): ToolOutcome {
  return { kind: 'failed', subject: id, message: 'there is no such basket', stateMissing: true };
}
