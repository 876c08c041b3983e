import process from 'node:process';
import { createMcpHandler } from '@modelcontextprotocol/server';
import { runServer } from './host/index.ts';
import { nodeHandler } from './sdk/node-handler.ts';
import { buildServerV2 } from './sdk/v2.ts';
import { byHandle } from './tools/index.ts';

/** The reference server of 2026-07-28 on SDK v2: no sessions, and the basket behind an explicit handle. */
await runServer(process, (context) => {
  // Clients of 2025-11-25 are turned away, so that nothing but 2026-07-28 can be measured here by mistake.
  const handler = createMcpHandler(() => buildServerV2(context, byHandle), { legacy: 'reject' });
  return { handle: nodeHandler((request) => handler.fetch(request)), close: () => handler.close() };
});
