import { setTimeout as sleep } from 'node:timers/promises';
import { HarnessError, messageOf } from '../../core/index.ts';
import type { Docker } from './engine.ts';
import { isGone, labels } from './ownership.ts';

/** What was removed, by name. */
export interface Removed {
  containers: string[];
  networks: string[];
  volumes: string[];
  images: string[];
}

/** What carries our labels: whose it is, and how to get rid of it. */
interface Thing {
  kind: keyof Removed;
  name: string;
  owner: string;
  run: string | undefined;
  remove(): Promise<unknown>;
}

/** Removes what a run has made, in whatever state it is. */
export function removeRun(docker: Docker, run: string): Promise<Removed> {
  return removeAll(docker, (thing) => thing.run === run);
}

/** Removes what harnesses have left that are gone: killed with all that they had started. */
export function removeOrphans(docker: Docker): Promise<Removed> {
  return removeAll(docker, (thing) => isGone(thing.owner));
}

/**
 * What a killed harness had asked for may come about after it is gone. So it is looked again until nothing has been
 * there for a second; what the engine refuses meanwhile, the next harness removes.
 */
export async function removeRunForGood(docker: Docker, run: string): Promise<void> {
  for (let quiet = 0, rounds = 0; quiet < 5 && rounds < 100; rounds++) {
    const removed = await removeRun(docker, run).catch(() => undefined);
    const isQuiet = removed !== undefined && Object.values(removed).every((names) => names.length === 0);
    quiet = isQuiet ? quiet + 1 : 0;
    await sleep(200);
  }
}

/** Another harness or the engine itself may be removing the same. */
const goneCodes: readonly unknown[] = [404, 409];

async function removeAll(docker: Docker, isMeant: (thing: Thing) => boolean): Promise<Removed> {
  const removed: Removed = { containers: [], networks: [], volumes: [], images: [] };
  // In this order: a network or an image is held by its containers.
  for (const list of [containersOf, networksOf, volumesOf, looseImagesOf]) {
    const meant = (await list(docker)).filter(isMeant);
    await Promise.all(
      meant.map(async ({ kind, name, remove }) => {
        try {
          await remove();
          removed[kind].push(name);
        } catch (cause) {
          if (goneCodes.includes((cause as { statusCode?: number }).statusCode)) return;
          throw new HarnessError('internal', `cannot remove ${name}: ${messageOf(cause)}`, {
            hint: 'Try `windtunnel clean` when the container engine is well again.',
            cause,
          });
        }
      }),
    );
  }
  return removed;
}

const ours = { label: [labels.owner] };

async function containersOf(docker: Docker): Promise<Thing[]> {
  const all = await docker.listContainers({ all: true, filters: ours });
  return all.map((container) => ({
    kind: 'containers',
    name: container.Names[0]?.replace(/^\//, '') ?? container.Id,
    ...ownerOf(container.Labels),
    remove: () => docker.getContainer(container.Id).remove({ force: true, v: true }),
  }));
}

async function networksOf(docker: Docker): Promise<Thing[]> {
  const all = await docker.listNetworks({ filters: ours });
  return all.map((network) => ({
    kind: 'networks',
    name: network.Name,
    ...ownerOf(network.Labels),
    remove: () => docker.getNetwork(network.Id).remove(),
  }));
}

async function volumesOf(docker: Docker): Promise<Thing[]> {
  const { Volumes } = await docker.listVolumes({ filters: ours });
  return (Volumes ?? []).map((volume) => ({
    kind: 'volumes',
    name: volume.Name,
    ...ownerOf(volume.Labels),
    remove: () => docker.getVolume(volume.Name).remove({ force: true }),
  }));
}

/** Without a name: layers of a build that was broken off, or what a newer image took the name from. */
async function looseImagesOf(docker: Docker): Promise<Thing[]> {
  const all = await docker.listImages({ filters: { ...ours, dangling: ['true'] } });
  return all.map((image) => ({
    kind: 'images',
    name: image.Id.replace('sha256:', '').slice(0, 12),
    ...ownerOf(image.Labels),
    remove: () => docker.getImage(image.Id).remove(),
  }));
}

function ownerOf(found: Record<string, string> | undefined): Pick<Thing, 'owner' | 'run'> {
  return { owner: found?.[labels.owner] ?? '', run: found?.[labels.run] };
}
