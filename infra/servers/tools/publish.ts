import * as z from 'zod';
import type { Changes } from '../changes/index.ts';
import type { Tool } from './types.ts';

/** What is offered where there is a bus; its effect is the change, and who hears of it is the bus's affair. */
export const publishOffer = {
  name: 'publish',
  description: 'Gives a topic a value, and tells those who have subscribed to it',
  fields: { topic: z.string().min(1).max(200), value: z.string().max(10_000) },
  takesBasket: false,
  readOnly: false,
} as const;

export function publishTool(changes: Changes): Tool {
  return {
    ...publishOffer,
    run: async (args) => {
      const [topic, value] = [String(args.topic), String(args.value)];
      const stands = await changes.publish(topic, value);
      if (!stands) return { kind: 'failed', subject: topic, message: 'there are too many topics' };
      return { kind: 'done', subject: topic, value, answer: { topic, value } };
    },
  };
}
