import { HarnessError } from '../../core/index.ts';

export function missingImage(image: string, cause: unknown): HarnessError {
  return new HarnessError('usage', `the container engine has no image ${image}`, {
    hint: `Check the name (docker image ls), or fetch it (docker pull ${image}).`,
    cause,
  });
}
