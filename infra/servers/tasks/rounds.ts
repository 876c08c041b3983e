import { messageOf } from '../../../src/core/index.ts';

/** Does something again and again, never twice at once; what goes wrong is told, and tried again at the next round. */
export function rounds(everyMs: number, work: () => Promise<void>, onTrouble: (message: string) => void) {
  let ended = false;
  let timer: NodeJS.Timeout | undefined;
  const round = async () => {
    try {
      await work();
    } catch (error) {
      onTrouble(messageOf(error));
    }
    if (!ended) timer = setTimeout(round, everyMs);
  };
  timer = setTimeout(round, everyMs);
  return () => {
    ended = true;
    clearTimeout(timer);
  };
}
