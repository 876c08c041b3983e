import type { BodyReader } from './routing-policy.ts';

/** So much of an answer is looked at; what makes a task known is a few hundred bytes. */
export const lookedAtCharsMax = 8 * 1024;
/** A longer id is not learned, which bounds what the table holds. */
export const taskIdCharsMax = 256;

/**
 * Looks for the task that an answer to `tools/call` tells of, in JSON or in a stream of events; an answer with a
 * `Content-Encoding` tells it nothing.
 */
export function taskIdReader(onTaskId: (taskId: string) => void): BodyReader {
  let seen = '';
  return (piece) => {
    seen += piece.slice(0, lookedAtCharsMax - seen.length);
    // A whole message ends with a brace.
    const taskId = piece.includes('}') ? taskIdIn(seen) : undefined;
    if (taskId !== undefined) onTaskId(taskId);
    return taskId === undefined && seen.length < lookedAtCharsMax;
  };
}

/** @param text a character for each byte. */
function taskIdIn(text: string): string | undefined {
  if (!text.includes('"task"')) return undefined;
  for (const message of messagesIn(Buffer.from(text, 'latin1').toString('utf8'))) {
    const { resultType, taskId } = resultOf(message);
    if (resultType !== 'task' || typeof taskId !== 'string') continue;
    if (taskId !== '' && taskId.length <= taskIdCharsMax) return taskId;
  }
  return undefined;
}

/** All of JSON, or the data of each event; the last may not be whole. */
function messagesIn(text: string): string[] {
  if (text.trimStart().startsWith('{')) return [text];
  return text.split(/\r?\n\r?\n/).map((event) =>
    event
      .split(/\r?\n/)
      .filter((line) => line.startsWith('data:'))
      .map((line) => line.slice('data:'.length))
      .join('\n'),
  );
}

function resultOf(message: string): { resultType?: unknown; taskId?: unknown } {
  try {
    return (JSON.parse(message) as { result?: object } | null)?.result ?? {};
  } catch {
    // Not whole yet, or no JSON: then it tells of no task.
    return {};
  }
}

const encoded = /^=\?base64\?([A-Za-z0-9+/]*={0,2})\?=$/;

/** What a header stands for (2026-07-28, Streamable HTTP, "Value Encoding"). */
export function headerValue(header: string): string {
  const base64 = encoded.exec(header)?.[1];
  return base64 === undefined ? header : Buffer.from(base64, 'base64').toString('utf8');
}
