import { type Redact, redactor, secretsOf } from '../core/index.ts';
import type { ReplicaSpec } from './types.ts';

/**
 * Takes what a replica was given in secret out of what it has written.
 * @throws HarnessError `usage` for a variable that is not there any more, when it is used.
 */
export function cleanerFor({
  command,
  env,
  headers,
}: Pick<ReplicaSpec, 'command' | 'env' | 'headers'>): Redact {
  return (text) => redactor(secretsOf({ command, env, headers }, process.env, 'server'))(text);
}
