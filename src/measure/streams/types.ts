/** What `stream_loss` says beside the events. */
export interface StreamDetails {
  /** What became of the streams themselves: one for each `tools/call` that was sent with one. */
  streams: StreamCounts;
  /** Numbers beyond what the record holds of a stream: whether they came is not known. */
  unjudged: number;
}

export interface StreamCounts {
  opened: number;
  /** Of those, how many broke at least once before their response. */
  broken: number;
  /** Of the broken ones: asked for again and given the rest, or a part of it, at least once. */
  resumed: number;
  /** Of the broken ones: asked for again, and refused each time. */
  refused: number;
  /** Of the broken ones: never brought their response, to this client, on this stream. */
  unanswered: number;
  /** Of all: the client stopped waiting at its deadline. */
  timedOut: number;
}

/** What streams came to that theory is held against; see `verdict/theory/streams.ts`. */
export interface StreamFacts {
  counts: StreamCounts;
  /** Operations whose call was sent more than once since its stream broke, by whether the call carried a key. */
  sentAgain: { keyed: number; unkeyed: number };
  /** Streams that broke other than by the client's own letting go. */
  cut: number;
  /** Of the one crash; null without one. */
  struck: StruckStreams | null;
}

export interface StruckStreams {
  /** Streams that were under way on the struck process when it was killed, and how many more may have been. */
  held: number;
  inDoubt: number;
  /** Of those that broke then: all; those whose call the ledger has committed; those that never brought their response. */
  broken: number;
  committed: number;
  unanswered: number;
  /** Streams of processes that lived, which never broke and had not brought their response by their client's deadline. */
  late: number;
}
