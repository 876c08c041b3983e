import { messageOf } from '../core/index.ts';
import { ask, type ServerAccess } from './mcp-ask.ts';

/** What a deployment file may take for readiness in place of an answer to an MCP request. */

export type ReadyOutcome = { ready: true } | { ready: false; why: string };

/** Whether a GET of a path of the server at `url` is answered with 2xx. */
export async function answersGet(
  url: string,
  path: string,
  signal: AbortSignal,
  access: ServerAccess = {},
): Promise<ReadyOutcome> {
  try {
    const asked = new URL(path, url).href;
    const { status } = await ask(asked, { method: 'GET', headers: {} }, access, signal);
    if (status >= 200 && status < 300) return { ready: true };
    return { ready: false, why: `GET ${path} is answered with ${status}` };
  } catch (error) {
    return { ready: false, why: messageOf(error) };
  }
}

/** @param pattern a regular expression; `^` and `$` are the ends of a line. */
export function matchesOutput(output: string, pattern: string): ReadyOutcome {
  if (new RegExp(pattern, 'm').test(output)) return { ready: true };
  return { ready: false, why: `nothing it wrote matches /${pattern}/` };
}
