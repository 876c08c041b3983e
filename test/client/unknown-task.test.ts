import { expect, it } from 'vitest';
import { isUnknownTask, type TaskMethod } from '../../src/client/unknown-task.ts';

const said: [TaskMethod, number | undefined, string, boolean][] = [
  ['tasks/get', -32602, 'Failed to retrieve task: Task not found', true],
  ['tasks/get', -32602, 'Failed to retrieve task: Task has expired', true],
  ['tasks/get', -32602, '', true],
  ['tasks/update', -32602, 'Invalid params', true],
  ['tasks/cancel', -32602, 'Task not found: t-1', true],
  ['tasks/cancel', -32602, 'Cannot cancel task in terminal status: completed', false],
  ['tasks/cancel', -32602, 'the task has already finished', false],
  ['tasks/result', -32602, 'Task not found: t-1', true],
  ['tasks/result', -32602, 'Invalid arguments for tool report', false],
  ['tasks/get', -32002, 'Task t-1 does not exist', true],
  ['tasks/get', -32603, 'unknown task', true],
  ['tasks/get', -32603, 'Internal error', false],
  ['tasks/get', -32601, 'Method not found', false],
  ['tasks/get', undefined, 'Task not found', false],
];

it.each(said)('takes %s answered with %s, "%s": %s', (method, code, message, expected) => {
  expect(isUnknownTask(method, code, message)).toBe(expected);
});
