import { setTimeout as sleep } from 'node:timers/promises';
import { HarnessError, messageOf } from '../../core/index.ts';
import { isGone } from '../ownership.ts';
import type { Docker } from './engine.ts';
import { imageRepository, labels } from './labels.ts';

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
 * there for a second; what the engine refuses meanwhile, the next harness removes. Layers of a build that was broken off
 * belong to no run, but to its owner.
 */
export async function removeRunForGood(docker: Docker, run: string): Promise<void> {
  for (let quiet = 0, rounds = 0; quiet < 5 && rounds < 100; rounds++) {
    const isMeant = (thing: Thing) => thing.run === run || isGone(thing.owner);
    const removed = await removeAll(docker, isMeant).catch(() => undefined);
    const isQuiet = removed !== undefined && Object.values(removed).every((names) => names.length === 0);
    quiet = isQuiet ? quiet + 1 : 0;
    await sleep(200);
  }
}

/**
 * Removes images of ours that a newer one has superseded. One that any container is made of stays; a run holds its
 * images by containers that are never started.
 *
 * @param repository of all of them.
 */
export async function removeSuperseded(docker: Docker, repository = imageRepository): Promise<string[]> {
  const all = await docker.listImages({ filters: { reference: [`${repository}:*`] } });
  const byAge = all.toSorted((a, b) => b.Created - a.Created);
  const versionOf = (image: (typeof all)[number]) => image.Labels?.[labels.version] ?? '';
  // What is to be rolled out over an image is made behind it.
  const current = byAge.find((image) => versionOf(image) === '')?.Created ?? 0;
  const superseded = byAge.filter(
    (image, i) =>
      image.Created < current || byAge.slice(0, i).some((newer) => versionOf(newer) === versionOf(image)),
  );
  const removed: string[] = [];
  // By name, which the engine refuses while a container is made of it.
  for (const name of superseded.flatMap(({ RepoTags }) => RepoTags ?? [])) {
    if (await isRemoved(name, () => docker.getImage(name).remove())) removed.push(name);
  }
  return removed;
}

/** Another harness or the engine itself may be removing the same; or it is in use. */
const goneCodes: readonly unknown[] = [404, 409];

/** @returns false if it is gone already, or held. */
async function isRemoved(name: string, remove: () => Promise<unknown>): Promise<boolean> {
  try {
    await remove();
    return true;
  } catch (cause) {
    if (goneCodes.includes((cause as { statusCode?: number }).statusCode)) return false;
    throw new HarnessError('internal', `cannot remove ${name}: ${messageOf(cause)}`, {
      hint: 'Try `windtunnel clean` when the container engine is well again.',
      cause,
    });
  }
}

async function removeAll(docker: Docker, isMeant: (thing: Thing) => boolean): Promise<Removed> {
  const removed: Removed = { containers: [], networks: [], volumes: [], images: [] };
  // In this order: a network or an image is held by its containers.
  for (const list of [containersOf, networksOf, volumesOf, looseImagesOf]) {
    const meant = (await list(docker)).filter(isMeant);
    await Promise.all(
      meant.map(async ({ kind, name, remove }) => {
        if (await isRemoved(name, remove)) removed[kind].push(name);
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
