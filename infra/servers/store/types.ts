/** Where sessions and baskets live. Every call takes effect before it returns. */
export interface Store {
  /** Whether other replicas see the same: then a session may be taken up by any of them. */
  readonly shared: boolean;

  /** Makes an empty basket; one that is there already stays as it is. */
  createBasket(id: string): void;
  addItem(id: string, item: string, quantity: number): BasketChange;
  readBasket(id: string): Basket | undefined;
  checkOut(id: string): BasketChange;

  /** Keeps what a session was opened with. */
  saveSession(id: string, initialize: InitializeParams): void;
  session(id: string): InitializeParams | undefined;
  /** Forgets a session, and its basket with it. */
  deleteSession(id: string): void;

  close(): void;
}

export interface Basket {
  /** In order of adding; an item that was added twice stands twice. */
  items: string[];
  checkedOut: boolean;
}

/** `missing`: there is no such basket. `checked-out`: it can no longer be changed. */
export type BasketChange = { count: number } | 'missing' | 'checked-out';

/** The params of `initialize`, as the client sent them. */
export type InitializeParams = Record<string, unknown>;
