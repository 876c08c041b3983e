import { expect, it } from 'vitest';
import { startProgram } from '../replica.ts';
import { extension, rpc, type Task, untilStatus } from './task-client.ts';

/** A question that comes before the task (SEP-2663, "Task Creation"), beside what the conformance suite asks of it. */

it('a task is made only of a call whose question is answered, with a state of that call', async () => {
  await using replica = await startProgram(new URL('suite-server-main.ts', import.meta.url), {
    WINDTUNNEL_TASK_STORE: 'memory',
  });
  const _meta = {
    'io.modelcontextprotocol/clientCapabilities': { elicitation: {}, extensions: { [extension]: {} } },
  };
  const call = (more: object = {}) =>
    rpc(replica.url, 'tools/call', { name: 'test_tool_with_task', arguments: {}, _meta, ...more });
  const asked = (await call()).result as { resultType: string; requestState: string; inputRequests: object };
  expect(asked).toMatchObject({ resultType: 'input_required', inputRequests: { user_name: {} } });
  expect(asked).not.toHaveProperty('taskId');
  const inputResponses = { user_name: { action: 'accept', content: { name: 'Ada' } } };

  // Without the state nobody was asked, and a state that is not the server's is refused.
  expect((await call({ inputResponses })).result).toMatchObject({ resultType: 'input_required' });
  const forged = `${asked.requestState}x`;
  expect((await call({ inputResponses, requestState: forged })).error?.code).toBe(-32602);

  const { requestState } = asked;
  const { taskId, ...rest } = (await call({ inputResponses, requestState })).result as unknown as Task;
  expect(rest).toMatchObject({ resultType: 'task' });
  expect(rest).not.toHaveProperty('inputRequests');
  const { result } = await untilStatus(replica.url, taskId, 'completed', 'input_required', 'failed');
  expect(result?.content).toEqual([{ type: 'text', text: 'Hello, Ada!' }]);
});
