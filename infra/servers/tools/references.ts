import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import type { BasketReference } from './types.ts';

/** 2026-07-28: a basket is named by a handle that the client gets and passes (SEP-2567). */
export const byHandle: BasketReference = {
  fields: { basketId: z.string().min(1).max(100).describe('The handle that basket_create gave') },
  create: () => randomUUID(),
  find: (args) => String(args.basketId),
  reveal: (id) => ({ basketId: id }),
};

/** 2025-11-25: the basket is the session's, and has no name of its own. */
export function bySession(sessionId: string): BasketReference {
  return { fields: {}, create: () => sessionId, find: () => sessionId, reveal: () => ({}) };
}
