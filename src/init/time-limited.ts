import { createContext, Script } from 'node:vm';

/**
 * What `work` returns; undefined if it has not come to an end by then. A regular expression that a server sends can
 * take for ever, and only the engine itself can be stopped in it: the limit is that of `node:vm`, whatever is called.
 */
export function timeLimited<R>(ms: number, work: () => R): { result: R } | undefined {
  const context = createContext({ work });
  try {
    return { result: new Script('work()').runInContext(context, { timeout: ms }) as R };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return undefined;
    throw error;
  }
}
