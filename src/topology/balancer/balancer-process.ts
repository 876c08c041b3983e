import type { ChildProcess } from 'node:child_process';
import { childEnd } from '../../core/index.ts';
import type { ProcessGuard } from '../warden.ts';
import type { BalancerTransport } from './balancer-link.ts';
import type { BalancerReport } from './messages.ts';

/** A balancer that was forked, over its IPC channel. */
export function processTransport(child: ChildProcess, guard: ProcessGuard): BalancerTransport {
  return {
    end: childEnd(child, 'the balancer process', guard),
    send(order) {
      // A channel that breaks in this moment: the process's end is on the way.
      if (child.connected) child.send(order, () => {});
    },
    onReport: (take) => child.on('message', (message) => take(message as BalancerReport)),
    kill: () => child.kill('SIGKILL'),
  };
}
