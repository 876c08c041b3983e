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
  it('need the wire client', () => {
    expect(checkAnswers([step()], 'wire')).toEqual([]);
    const [problem] = checkAnswers([{ repeat: 2, steps: [step()] }], 'sdk');
    expect(problem?.path).toEqual(['workload', 'journey', 0, 'steps', 0, 'answers']);
    expect(problem?.message).toContain('needs --client wire');
  });

  it('do not go with a stream', () => {
    const stream = { onBreak: 'resume', idempotencyKey: false } as const;
    expect(checkAnswers([step({ stream })], 'wire')).toHaveLength(1);
    const { answers: _none, ...plain } = step({ stream });
    expect(checkAnswers([plain], 'sdk')).toEqual([]);
  });

  it('go with a task, which has no state to alter', () => {
    const task = { follow: 'poll', wait: true, by: 'itself', retries: 0 } as const;
    expect(checkAnswers([step({ task })], 'wire')).toEqual([]);
    const [problem] = checkAnswers([step({ task, answers: { ...answers, tamper: true } })], 'wire');
    expect(problem?.message).toContain('`tamper`');
  });
});
