import { type CallStep, callsOf } from '../../scenario/index.ts';
import type { Case } from './types.ts';

type TaskOptions = NonNullable<CallStep['task']>;

/** What a journey asks of the calls that it makes as tasks, where one thing is said of all of them. */
export function taskOptions({ scenario }: Pick<Case, 'scenario'>) {
  const calls = callsOf(scenario.workload.journey).filter((call) => call.task !== undefined);
  const all = calls.flatMap(({ task }) => (task === undefined ? [] : [task]));
  const same = <Key extends keyof TaskOptions>(key: Key): TaskOptions[Key] | 'mixed' => {
    const [first, ...others] = all.map((options) => options[key]);
    return first !== undefined && others.every((other) => other === first) ? first : 'mixed';
  };
  return {
    any: all.length > 0,
    follow: same('follow'),
    by: same('by'),
    /** A step is then done again for other reasons than a takeover. */
    mayRepeat: calls.some(
      ({ task, arguments: given }) => (task?.retries ?? 0) > 0 || given.failTransiently !== undefined,
    ),
  };
}
