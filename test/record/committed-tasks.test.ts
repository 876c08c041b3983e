import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { committedTasks } from '../../src/record/index.ts';
import { temporaryFolder } from '../support/cli.ts';

const commit = (taskId: string, subject = '') =>
  JSON.stringify({ event: 'commit', opId: 'op', tool: 'report', subject, taskId, replica: 'r1', boot: 1 });

it('finds the commits of the tasks that are asked for, and takes nothing else for one', async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, 'ledger.ndjson');
  const quoted = JSON.stringify({ event: 'abort', value: '"event":"commit"', taskId: 'aborted' });
  const inner = JSON.stringify({ event: 'abort', of: { event: 'commit', taskId: 'inner' }, taskId: 'inner' });
  const lines = [
    commit('one'),
    quoted,
    inner,
    '{"event":"commit","taskId":"torn"',
    // Over the edges of what is read at once, characters of several bytes among it.
    commit('long', 'ü'.repeat(2 ** 20)),
    commit('behind'),
    commit('not-asked'),
  ];
  writeFileSync(path, `${lines.join('\n')}\n${commit('without-end').slice(0, -1)}`);
  const asked = ['one', 'aborted', 'inner', 'torn', 'long', 'behind', 'without-end', 'nobody'];
  expect(await committedTasks(path, asked)).toEqual(new Set(['one', 'long', 'behind']));
});

it('does not look into a ledger without a question, and says when there is none', async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, 'none.ndjson');
  expect(await committedTasks(path, [])).toEqual(new Set());
  await expect(committedTasks(path, ['one'])).rejects.toThrow('ENOENT');
});
