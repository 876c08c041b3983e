import { encodeHeaderValue } from './headers.ts';
import { headOf, requestIdHeader, statelessRevision, type WireTarget } from './wire-target.ts';

/** What a `tools/call` of 2026-07-28 is made of. Members are given as they stand in a body, without their braces. */
interface StatelessCall {
  id: number;
  requestId: string;
  tool: string;
  arguments: Record<string, unknown>;
  /** Of `_meta`: for the protocol's sake, and our own. */
  protocolMembers: string;
  ownMembers: string;
  /** Of the params, each behind a comma. */
  more?: string;
}

/** Writes requests of `tools/call` for one target: one piece of code for calls, for streams and for rounds of questions. */
export function statelessCalls(target: WireTarget) {
  const head = headOf(target, 'POST');
  return ({
    id,
    requestId,
    tool,
    arguments: args,
    protocolMembers,
    ownMembers,
    more = '',
  }: StatelessCall) => {
    const protocolHead = protocolHeadOf(tool);
    const meta = `{${protocolMembers},${ownMembers}}`;
    const params = `{"name":${JSON.stringify(tool)},"arguments":${JSON.stringify(args)}${more},"_meta":${meta}}`;
    return {
      method: 'POST' as const,
      path: target.path,
      head: `${head}${protocolHead}${requestIdHeader}: ${requestId}\r\n`,
      body: `{"jsonrpc":"2.0","id":${id},"method":"tools/call","params":${params}}`,
      id,
      protocolBytes: protocolHead.length + protocolMembers.length,
    };
  };
}

const protocolHeads = new Map<string, string>();

/** The headers that mirror the body, by tool; a journey has few. */
function protocolHeadOf(tool: string): string {
  let head = protocolHeads.get(tool);
  if (head === undefined) {
    head = `mcp-protocol-version: ${statelessRevision}\r\nmcp-method: tools/call\r\nmcp-name: ${encodeHeaderValue(tool)}\r\n`;
    protocolHeads.set(tool, head);
  }
  return head;
}
