import { createParser } from 'eventsource-parser';

/** A JSON-RPC message that answers a request. */
export interface JsonRpcAnswer {
  result?: unknown;
  error?: { code?: number; message?: string };
}

/**
 * The first JSON-RPC answer in the body of an HTTP answer, which is one message or a stream of server-sent
 * events; undefined while there is none.
 */
export function jsonRpcAnswer(body: string, isStream: boolean): JsonRpcAnswer | undefined {
  if (!isStream) return parse(body);
  let answer: JsonRpcAnswer | undefined;
  const parser = createParser({ onEvent: (event) => (answer ??= parse(event.data)) });
  // A CR at the very end is the end of a line; the parser would wait to see whether LF follows.
  parser.feed(body.endsWith('\r') ? `${body}\n` : body);
  return answer;
}

function parse(text: string): JsonRpcAnswer | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null) return undefined;
    const isAnswer = 'jsonrpc' in value && ('result' in value || 'error' in value);
    return isAnswer ? (value as JsonRpcAnswer) : undefined;
  } catch {
    return undefined;
  }
}
