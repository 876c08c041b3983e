/** A value, or the promise of one: what is nearby answers at once. */
export type Awaitable<T> = T | Promise<T>;

/**
 * Where sessions and baskets live. Every call has taken effect, as a whole or not at all, when its answer is
 * there. One that fails has had no effect, unless it fails with `OutcomeUnknown`.
 */
export interface Store {
  /** Whether other replicas see the same: then a session may be taken up by any of them. */
  readonly shared: boolean;

  /** Makes an empty basket; one that is there already stays as it is. */
  createBasket(id: string): Awaitable<void>;
  addItem(id: string, item: string, quantity: number): Awaitable<BasketChange>;
  readBasket(id: string): Awaitable<Basket | undefined>;
  checkOut(id: string): Awaitable<BasketChange>;

  /** Keeps what a session was opened with. */
  saveSession(id: string, initialize: InitializeParams): Awaitable<void>;
  session(id: string): Awaitable<InitializeParams | undefined>;
  /** Forgets a session, and its basket with it. */
  deleteSession(id: string): Awaitable<void>;

  close(): Awaitable<void>;
}

/** The store was told, and then not heard of again: the change may stand, or come yet. */
export class OutcomeUnknown extends Error {}

export interface Basket {
  /** In order of adding; an item that was added twice stands twice. */
  items: string[];
  checkedOut: boolean;
}

/** `missing`: there is no such basket. `checked-out`: it can no longer be changed. */
export type BasketChange = { count: number } | 'missing' | 'checked-out';

/** The params of `initialize`, as the client sent them. */
export type InitializeParams = Record<string, unknown>;
