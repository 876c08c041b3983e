import * as z from 'zod';
import type { Tool } from './types.ts';
import { wait } from './wait.ts';

/** Tools without state: to be answered, to take time, to burn CPU, to be large. */

export const workTools: readonly Tool[] = [
  {
    name: 'echo',
    description: 'Says what it was told',
    fields: { text: z.string().max(1_000_000) },
    takesBasket: false,
    readOnly: true,
    run: ({ text }) => ({ kind: 'done', answer: { text }, text: String(text) }),
  },
  {
    name: 'work',
    description: 'Waits, then burns CPU, then answers with so many bytes of text',
    fields: {
      waitMs: z.number().min(0).max(60_000).default(0),
      cpuMs: z.number().min(0).max(10_000).default(0),
      bytes: z.int().min(0).max(10_000_000).default(0),
    },
    takesBasket: false,
    readOnly: true,
    run: async ({ waitMs, cpuMs, bytes }, { signal }) => {
      const waited = await wait(Number(waitMs), signal);
      if (!waited) return { kind: 'cancelled' };
      burn(Number(cpuMs));
      return { kind: 'done', answer: { waitMs, cpuMs, bytes }, text: 'x'.repeat(Number(bytes)) };
    },
  },
];

function burn(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}
