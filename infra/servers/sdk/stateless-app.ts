import { createMcpHandler } from '@modelcontextprotocol/server';
import type { App, ServerContext } from '../host/index.ts';
import { byHandle } from '../tools/index.ts';
import { nodeHandler } from './node-handler.ts';
import { withTaskNotifications } from './task-notifications.ts';
import { offerTasks } from './tasks-v2.ts';
import { buildServerV2 } from './v2.ts';

/** 2026-07-28 on SDK v2: no sessions, and the basket behind an explicit handle. */
export function statelessApp(context: ServerContext): App {
  const { tasks } = context;
  const build = ({ requestInfo }: { requestInfo?: Request }) => {
    const server = buildServerV2(context, byHandle);
    // That the header says what the body says was seen to before.
    if (tasks) offerTasks(server, context, tasks, byHandle, requestInfo?.headers.get('mcp-name') ?? null);
    return server;
  };
  // Clients of 2025-11-25 are turned away, so that nothing but 2026-07-28 can be measured here by mistake.
  const handler = createMcpHandler(build, { legacy: 'reject' });
  const answer = (request: Request) => handler.fetch(request);
  if (!tasks) return { handle: nodeHandler(answer), close: () => handler.close() };
  const told = withTaskNotifications(answer, tasks);
  return {
    handle: nodeHandler(told.fetch),
    async close() {
      told.close();
      await handler.close();
    },
  };
}
