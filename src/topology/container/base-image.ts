import { HarnessError, messageOf } from '../../core/index.ts';
import type { Docker } from './engine.ts';
import { finished, imageExists } from './program-image.ts';

/** An image that can be named by a variable, is there by a name of its own where no registry is, or is pulled. */
export interface ImageChoice {
  /** What it is for, in an error message. */
  purpose: string;
  /** The variable that names another. */
  variable: string;
  /** What `infra/images/make-image.sh` makes where no registry can be reached. */
  madeHere: string;
  /** The command that makes it. */
  recipe: string;
  /** From a registry. */
  pulled: string;
}

export const baseImageChoice: ImageChoice = {
  purpose: 'the base of the image of the reference servers',
  variable: 'WINDTUNNEL_BASE_IMAGE',
  madeHere: 'mcp-windtunnel-base',
  recipe: 'infra/images/make-image.sh mcp-windtunnel-base "$(node -p process.execPath)"',
  pulled: 'node:24-slim',
};

export const redisImageChoice: ImageChoice = {
  purpose: 'the image of the shared store',
  variable: 'WINDTUNNEL_REDIS_IMAGE',
  madeHere: 'mcp-windtunnel-redis',
  recipe: 'infra/images/make-image.sh mcp-windtunnel-redis redis-server',
  pulled: 'redis:7-alpine',
};

/**
 * The image to use, which the engine has by then.
 *
 * @param tell is told of what takes its time.
 *
 * @throws HarnessError `usage` if there is none and none can be pulled; it says how to make one.
 */
export async function chooseImage(
  docker: Docker,
  choice: ImageChoice,
  tell: (what: string) => void,
): Promise<string> {
  const named = process.env[choice.variable] || undefined;
  const local = named === undefined ? [choice.pulled, choice.madeHere] : [named];
  for (const name of local) if (await imageExists(docker, name)) return name;
  const wanted = named ?? choice.pulled;
  try {
    tell(`pulling ${wanted}: ${choice.purpose}`);
    await pull(docker, wanted);
    return wanted;
  } catch (cause) {
    throw new HarnessError(
      'usage',
      `${choice.purpose}, ${wanted}, is not there and cannot be pulled: ${messageOf(cause)}`,
      {
        hint: `Name an image that is there with ${choice.variable}, or make one of this machine's programs: ${choice.recipe}`,
        cause,
      },
    );
  }
}

/** @throws HarnessError `usage` if the engine has no such image and cannot pull it. */
export async function ensureImage(
  docker: Docker,
  name: string,
  whose: string,
  tell: (what: string) => void,
): Promise<void> {
  if (await imageExists(docker, name)) return;
  try {
    tell(`pulling ${name}: the image of ${whose}`);
    await pull(docker, name);
  } catch (cause) {
    throw new HarnessError(
      'usage',
      `${whose}: the image ${name} is not there and cannot be pulled: ${messageOf(cause)}`,
      { hint: 'Check its name (docker image ls), or build it (docker build -t NAME .).', cause },
    );
  }
}

async function pull(docker: Docker, name: string): Promise<void> {
  // Without a tag the engine would pull all there are.
  const tagged = /[:@][^/]*$/.test(name) ? name : `${name}:latest`;
  await finished(docker, await docker.pull(tagged));
}
