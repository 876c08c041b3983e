import { secretNames, secretProblem, secretsOf } from '../core/index.ts';
import type { RunSpec } from './plan.ts';
import type { Problem } from './problems.ts';

/** Where a run takes values from the environment: its journey, and the server of its deployment. */
const used = ({ scenario, deployment }: RunSpec) => ({
  journey: scenario.workload.journey,
  server: deployment.server,
});

/**
 * The secrets of a run by the names of their environment variables, as this process has them.
 * @throws HarnessError `usage` for a variable that is missing or cannot be kept secret.
 */
export function runSecrets(
  spec: RunSpec,
  env: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  return secretsOf(used(spec), env);
}

/** What keeps the variables that `value` uses from being put in. */
export function checkSecrets(
  value: unknown,
  path: readonly PropertyKey[],
  env: Readonly<Record<string, string | undefined>>,
): Problem[] {
  return secretNames(value).flatMap((name) => {
    const problem = secretProblem(name, env);
    return problem ? [{ path, message: `${problem.message}. ${problem.hint}` }] : [];
  });
}
