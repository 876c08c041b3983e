import { execFile } from 'node:child_process';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { HarnessError, messageOf } from '../../src/core/index.ts';
import { type ForeignName, prepareForeign } from './prepare.ts';

const execute = promisify(execFile);
const script = fileURLToPath(new URL('make-image.sh', import.meta.url));
const timeoutMs = 300_000;

/** Where the server of such an image listens. */
export const foreignImagePort = 3000;

/**
 * The image of a foreign server, made by `make-image.sh` if there is none of the same content.
 * @returns its name.
 * @throws HarnessError `server` if the server cannot be prepared or its image cannot be made.
 */
export async function foreignImage(name: ForeignName): Promise<string> {
  await prepareForeign(name);
  // The Node that runs this is the one in the image.
  const env = { ...process.env, PATH: `${dirname(process.execPath)}:${process.env.PATH}` };
  try {
    const { stdout } = await execute(script, [name], { timeout: timeoutMs, env });
    return stdout.trim();
  } catch (cause) {
    const { stderr } = cause as { stderr?: string };
    const said = stderr ? stderr.trim().slice(-500) : messageOf(cause);
    throw new HarnessError('server', `no image of ${name} could be made: ${said}`, {
      hint: 'Try infra/foreign/make-image.sh by hand.',
      cause,
    });
  }
}
