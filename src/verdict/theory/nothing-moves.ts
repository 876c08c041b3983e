import { onlyFault, type Row } from './types.ts';

/** What leaves every session where it is, by routing. */
const harmless: Record<string, readonly (string | undefined)[]> = {
  'session-affinity': [undefined, 'freeze', 'scale-out'],
  hash: [undefined, 'freeze'],
  'consistent-hash': [undefined, 'freeze'],
};

/** In memory, with affinity: a learned table keeps a session where it is when replicas join. None is lost. */
export const nothingMoves: Row = (one) => {
  const { deployment, metrics, scenario } = one;
  const fault = onlyFault(one);
  if (deployment.state !== 'memory' || scenario.faults.length > 1) return [];
  if (!harmless[deployment.routing]?.includes(fault?.fault)) return [];
  if ('notApplicable' in metrics.session_loss) return [];
  return [
    {
      id: fault?.fault === 'scale-out' ? 'learned-scale-out' : 'affinity-keeps',
      metric: 'session_loss',
      what: `sessions lost ${fault === undefined ? 'when nothing happens' : `in a ${fault.fault}`}, with ${deployment.routing === 'session-affinity' ? 'a learned table' : 'a hash of the client'}`,
      formula: '0',
      source: 'no process goes, and a request goes where its session is; exact',
      predicted: 0,
      interval: [0, 0],
      measured: metrics.session_loss.value,
    },
  ];
};
