import { ask, type ServerAccess } from './mcp-ask.ts';

/** What a server speaks that cannot be asked over Streamable HTTP: to say so, in place of what it answered to that. */

const waitMs = 2_000;

/** A server of the transport before Streamable HTTP refuses POST, and names its endpoint on a stream. */
export async function otherTransport(url: string, access: ServerAccess, stop: AbortSignal): Promise<string> {
  for (const candidate of [url, new URL('/sse', url).href]) {
    const signal = AbortSignal.any([stop, AbortSignal.timeout(waitMs)]);
    const headers = { accept: 'text/event-stream' };
    const isEnough = (text: string) => /\n\r?\n/.test(text);
    const answer = await ask(candidate, { method: 'GET', headers, isEnough }, access, signal).catch(() => {});
    if (answer && /^event: ?endpoint\r?$/m.test(answer.text)) {
      return `; ${candidate} speaks HTTP+SSE of 2024-11-05, which Streamable HTTP has replaced: the server needs an SDK that has that`;
    }
  }
  return '';
}

/** What a client that speaks over standard input writes first. */
export const stdioGreeting = `${JSON.stringify({
  jsonrpc: '2.0',
  id: 0,
  method: 'initialize',
  params: {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: { name: 'mcp-windtunnel-probe', version: '1' },
  },
})}\n`;

/** Whether that was answered. */
export function answersStdio(output: string): boolean {
  return output.split('\n').some((line) => /^\{.*"jsonrpc" ?: ?"2\.0".*\}$/.test(line.trim()));
}
