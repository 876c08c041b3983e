import type { z } from 'zod';
import type { Store } from '../store/index.ts';

/** The arguments of a tool, as its schema leaves them. */
export type ToolArguments = Record<string, unknown>;

/** How a call names the basket it is about: by the session it runs in, or by an explicit handle. */
export interface BasketReference {
  /** What it adds to the arguments of the tools that take a basket. */
  readonly fields: z.ZodRawShape;
  /** The id of a basket to be made. */
  create(): string;
  /** The id of the basket that a call means. */
  find(args: ToolArguments): string;
  /** What `basket_create` tells the client of the new basket. */
  reveal(id: string): Record<string, unknown>;
}

export interface ToolContext {
  store: Store;
  baskets: BasketReference;
  /** Aborts when the client cancels. */
  signal: AbortSignal;
  /** Tells the client how many steps of how many are done; absent if it does not want to know, or cannot be told. */
  progress?: ((step: number, total: number) => Promise<void>) | undefined;
}

/** What a tool comes to. `subject` and `value` go into the ledger. */
export type ToolOutcome = {
  /** The application object it touched. */
  subject?: string;
  /** What it wrote. */
  value?: string;
} & (
  | { kind: 'done'; answer: Record<string, unknown>; text?: string }
  /** It had no effect. `stateMissing`: because the application state it needs does not exist. */
  | { kind: 'failed'; message: string; stateMissing?: boolean }
  /** The client cancelled it before it had an effect. */
  | { kind: 'cancelled' }
);

export interface Tool {
  name: string;
  description: string;
  /** Arguments beside the basket. */
  fields: z.ZodRawShape;
  takesBasket: boolean;
  readOnly: boolean;
  run(args: ToolArguments, context: ToolContext): ToolOutcome | Promise<ToolOutcome>;
}
