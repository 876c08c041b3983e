// Faults: one file for each kind; all of them stand in the table below.
// A fault acts on the topology and on nothing else; what it does is recorded by the engine.
import type { FaultName } from '../scenario/index.ts';
import { crash } from './crash.ts';
import { disconnect } from './disconnect.ts';
import { freeze } from './freeze.ts';
import { outOfMemory } from './out-of-memory.ts';
import { restart } from './restart.ts';
import { rollingRestart } from './rolling-restart.ts';
import { rollout } from './rollout.ts';
import { scaleIn } from './scale-in.ts';
import { scaleOut } from './scale-out.ts';
import type { Fault } from './types.ts';

export const faults: { [Name in FaultName]: Fault<Name> } = {
  restart,
  crash,
  'rolling-restart': rollingRestart,
  freeze,
  'out-of-memory': outOfMemory,
  disconnect,
  rollout,
  'scale-out': scaleOut,
  'scale-in': scaleIn,
};

export type { Fault, FaultContext } from './types.ts';
