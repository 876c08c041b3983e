import { randomUUID } from 'node:crypto';
import { HarnessError, messageOf } from '../../core/index.ts';
import { ownerToken } from '../ownership.ts';
import type { Warden } from '../warden.ts';
import { removeRun } from './clean-up.ts';
import type { Engine } from './engine.ts';
import { labels } from './labels.ts';

/** What the containers of one run have in common: their network, their labels, and their certain end. */
export interface RunScope extends AsyncDisposable {
  readonly engine: Engine;
  /** Unique; begins the name of all that belongs to the run. */
  readonly id: string;
  readonly network: string;
  /** The harness, for what is not the run's alone. */
  readonly owner: string;
  labelsFor(part: string): Record<string, string>;
}

/**
 * A private network of a run. The warden removes all that carries the run's label if the harness does not get to it;
 * disposing it does so at once.
 */
export async function openRunScope(engine: Engine, warden: Warden): Promise<RunScope> {
  const id = `windtunnel-${randomUUID().slice(0, 8)}`;
  const owner = ownerToken(process.pid);
  const labelsFor = (part: string) => ({
    [labels.part]: part,
    [labels.owner]: owner,
    [labels.run]: id,
  });
  // Before anything is there: what is asked for and not yet answered when the harness dies is removed as well.
  const guarded = warden.ownContainers(id);
  const dispose = async () => {
    await removeRun(engine.docker, id);
    guarded[Symbol.dispose]();
  };
  try {
    await engine.docker.createNetwork({ Name: id, Driver: 'bridge', Labels: labelsFor('network') });
  } catch (cause) {
    await dispose();
    throw new HarnessError('internal', `no network can be made for the run: ${messageOf(cause)}`, {
      hint: 'The container engine may have no more address ranges: `windtunnel clean`, then `docker network prune`.',
      cause,
    });
  }
  return { engine, id, network: id, owner, labelsFor, [Symbol.asyncDispose]: dispose };
}

/** An image that may not be removed while the scope is there: a container of it that is never started sees to that. */
export async function holdImage(scope: RunScope, image: string): Promise<void> {
  await scope.engine.docker.createContainer({ Image: image, Labels: scope.labelsFor('hold') });
}
