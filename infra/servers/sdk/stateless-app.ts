import { createMcpHandler } from '@modelcontextprotocol/server';
import type { App, ServerContext } from '../host/index.ts';
import { byHandle, type Tool, tools, withPublish } from '../tools/index.ts';
import { type LongTool, offerInput } from './asking-call.ts';
import { listenBus, offerTopics } from './changes-v2.ts';
import { nodeHandler } from './node-handler.ts';
import { schemasWith } from './schemas.ts';
import { withTaskNotifications } from './task-notifications.ts';
import { offerTasks } from './tasks-v2.ts';
import { buildServerV2 } from './v2.ts';

/** Streams of `subscriptions/listen` that one replica holds; the SDK would refuse the 1025th. */
const streamsMax = 10_000;

/** 2026-07-28 on SDK v2: no sessions, the basket behind an explicit handle, and tasks if the deployment has them. */
export function statelessApp(context: ServerContext, offered: readonly Tool[] = tools): App {
  const { tasks, changes } = context;
  const schemas = schemasWith(byHandle.fields, withPublish(offered, changes));
  const longTools = new Map<string, LongTool>();
  for (const tool of offered) {
    const inputSchema = schemas.get(tool.name);
    if (tool.long && inputSchema) longTools.set(tool.name, { tool, inputSchema, baskets: byHandle });
  }
  const build = ({ requestInfo }: { requestInfo?: Request }) => {
    const server = buildServerV2(context, byHandle, schemas, undefined, offered);
    if (changes) offerTopics(server, changes);
    // That the header says what the body says was seen to before.
    const long = longTools.get(requestInfo?.headers.get('mcp-name') ?? '');
    if (tasks) offerTasks(server, context, tasks, long);
    else offerInput(server, context, long);
    return server;
  };
  // Clients of 2025-11-25 are turned away, so that nothing but 2026-07-28 can be measured here by mistake.
  const handler = createMcpHandler(build, {
    legacy: 'reject',
    ...(changes && { bus: listenBus(changes), maxSubscriptions: streamsMax }),
  });
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
