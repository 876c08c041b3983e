import type { ToolResult } from '../client/index.ts';
import { valueAt } from './json-path.ts';

/** One answer, in which values are looked up by their paths; what is parsed is parsed once. */
export interface AnswerValues {
  /** Undefined if there is nothing. The scenario schema has checked the path. */
  at(path: string): unknown;
}

export function answerValues(result: ToolResult): AnswerValues {
  let json: { value: unknown } | undefined;
  return {
    at(path) {
      if (path.startsWith('$')) return valueAt(result.structuredContent, path);
      if (path === 'text') return textsOf(result).join('\n');
      if (path.startsWith('content')) return valueAt(result.content, path);
      json ??= { value: parse(textsOf(result)[0]) };
      return valueAt(json.value, path);
    },
  };
}

function textsOf({ content }: ToolResult): string[] {
  const blocks = content as ({ type?: unknown; text?: unknown } | null)[];
  return blocks.flatMap((block) =>
    block?.type === 'text' && typeof block.text === 'string' ? [block.text] : [],
  );
}

function parse(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
