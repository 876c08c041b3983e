import { describe, expect, it } from 'vitest';
import type { CallStep } from '../../src/scenario/index.ts';
import { checkAnswers } from '../../src/scenario/input-rules.ts';

const answers = { action: 'accept', content: {}, after: '0ms', tamper: false } as const;
const step = (changes: Partial<CallStep> = {}): CallStep => ({
  call: 'report',
  arguments: {},
  answers,
  ...changes,
});

describe('answers of a call step', () => {
  it('do not go with a stream', () => {
    const stream = { onBreak: 'resume', idempotencyKey: false } as const;
    expect(checkAnswers([step()])).toEqual([]);
    const [problem] = checkAnswers([{ repeat: 2, steps: [step({ stream })] }]);
    expect(problem?.path).toEqual(['workload', 'journey', 0, 'steps', 0, 'answers']);
    const { answers: _none, ...plain } = step({ stream });
    expect(checkAnswers([plain])).toEqual([]);
  });

  it('go with a task, which has no state to alter', () => {
    const task = { follow: 'poll', wait: true, by: 'itself', retries: 0 } as const;
    expect(checkAnswers([step({ task })])).toEqual([]);
    const [problem] = checkAnswers([step({ task, answers: { ...answers, tamper: true } })]);
    expect(problem?.message).toContain('`tamper`');
  });
});
