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
  conduct: Conduct;
}

/** What long work tells of itself, and asks for, while it runs; by whoever carries it out. */
export interface Conduct {
  /** Steps that are done already: by a replica that is gone, or before a pause. Work goes on behind them. */
  readonly doneSteps: number;
  /** Keeps that a step is done, how long it took, and says so. @throws whatever there is to stop the work for. */
  stepDone(step: number, of: number, ms: number): Promise<void>;
  /**
   * Asks the client; undefined if there is nobody to be asked. A key stands for one question only, whoever asks it.
   * @throws whatever there is to stop the work for.
   */
  ask(key: string, question: Question): Promise<unknown>;
  /** Counts a transient failure of this operation; how many there were, this one included. */
  countFailure(): Promise<number>;
}

/** A request to the client, as `elicitation/create` has it. */
export interface Question {
  method: string;
  params: Record<string, unknown>;
}

/** Work that cannot be finished. As a task it ends `failed`, with JSON-RPC error -32603; as a call, with `isError`. */
export class WorkFailed extends Error {
  /** It might go well if it were begun again. */
  readonly transient: boolean;
  constructor(message: string, { transient }: { transient: boolean }) {
    super(message);
    this.transient = transient;
  }
}

/** What a tool comes to. `subject` and `value` go into the ledger. */
export type ToolOutcome = {
  /** The application object it touched. */
  subject?: string;
  /** What it wrote. */
  value?: string;
} /** `evenIfCancelled`: its effect stands though the client has cancelled it meanwhile. */ & (
  | { kind: 'done'; answer: Record<string, unknown>; text?: string; evenIfCancelled?: boolean }
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
  /**
   * It takes so long that a server makes a task of it where it can; `always a task`: it is refused to clients that know
   * no tasks.
   */
  long?: 'task or call' | 'always a task';
  /**
   * What it asks before anything else. In 2026-07-28 the call is then answered with this question, and a task made of it
   * only when the answer is there (SEP-2663, "Task Creation"); `ask` with the same key gives that answer.
   */
  asksFirst?: { key: string; question: Question };
  run(args: ToolArguments, context: ToolContext): ToolOutcome | Promise<ToolOutcome>;
}
