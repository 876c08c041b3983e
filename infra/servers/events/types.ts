import type { Awaitable } from '../store/types.ts';

/** A JSON-RPC message as it went out on a stream, or an empty object: the event that only opens it with an id. */
export type StreamMessage = Record<string, unknown>;

/** An event of a stream as it is kept. */
export interface KeptEvent {
  /** From 1. */
  number: number;
  message: StreamMessage;
}

/**
 * Where the events of streams are kept, so that a stream that broke can be taken up again with `Last-Event-ID`
 * (2025-11-25, basic/transports, "Resumability and Redelivery"): in the memory of a replica, or where all replicas see them.
 * Each stream belongs to one session and counts its events from 1.
 */
export interface EventLog {
  /** @returns the event's number, once the event stands. */
  append(session: string, stream: string, message: StreamMessage): Awaitable<number>;
  /**
   * The events of a stream that come after one of it, in order, at most 100 of them; undefined if this session has no such
   * stream, or the stream no such event.
   */
  after(session: string, stream: string, number: number): Awaitable<KeptEvent[] | undefined>;
  /** The session is over; its streams can go. */
  forget(session: string): Awaitable<void>;
  close(): Awaitable<void>;
}

/** As much as is read of a stream at once. */
export const batchMax = 100;

/** Messages that follow each other, the first of them behind an event of this number. */
export const numbered = (messages: readonly StreamMessage[], after: number): KeptEvent[] =>
  messages.map((message, i) => ({ number: after + 1 + i, message }));
