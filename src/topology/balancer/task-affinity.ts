import { learnedTable } from './learned-table.ts';
import { rotation } from './rotation.ts';
import type { Candidate, RoutedRequest, RoutingPolicy } from './routing-policy.ts';
import { headerValue, taskIdReader } from './task-id.ts';

/**
 * A request about a task (`Mcp-Method: tasks/…`) goes where the task that `Mcp-Name` names was made; all others in
 * rotation, as do those whose upstream is gone, is another boot by now, or has refused. So does
 * `subscriptions/listen`, which names no task in its head. Where a task was made is learned from the answers to
 * `tools/call`. (2026-07-28, Streamable HTTP, "Standard MCP request headers"; SEP-2663.)
 */
export function taskAffinity<U extends Candidate>(tasksMax: number): RoutingPolicy<U> {
  const inRotation = rotation<U>();
  const learned = learnedTable<U>(tasksMax);
  let upstreams: readonly U[] = [];

  return {
    upstreamsChanged(changed) {
      upstreams = changed;
      inRotation.upstreamsChanged(changed);
    },
    pick(request, refused) {
      const taskId = taskOf(request);
      const home = taskId === undefined ? undefined : learned.get(taskId);
      if (home !== undefined && upstreams.includes(home) && !refused.includes(home)) return home;
      return inRotation.pick(request, refused);
    },
    answered(request, by, { status }) {
      if (status !== 200 || request.mcpMethod !== 'tools/call') return undefined;
      return taskIdReader((taskId) => learned.set(taskId, by));
    },
  };
}

function taskOf({ mcpMethod, mcpName }: RoutedRequest): string | undefined {
  if (mcpName === undefined || !mcpMethod?.startsWith('tasks/')) return undefined;
  return headerValue(mcpName);
}
