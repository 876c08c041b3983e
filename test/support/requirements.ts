import { accessSync, constants } from 'node:fs';
import { type ForeignName, missingProgram } from '../../infra/foreign/prepare.ts';
import { installedRedisVersion } from '../../src/topology/index.ts';

/**
 * What a test needs from the machine. On a developer's machine a missing part skips the test and says so;
 * where all must run (CI=true or WINDTUNNEL_REQUIRE_ALL=1) it makes the test fail instead.
 */
export type Requirement = { met: true } | { met: false; reason: string };

export const allRequired = process.env.CI === 'true' || process.env.WINDTUNNEL_REQUIRE_ALL === '1';

/** Calls `skip` with the reason, or throws where nothing may be skipped. To be called first in a test. */
export function need(requirement: Requirement, skip: (reason: string) => void): void {
  if (requirement.met) return;
  if (allRequired)
    throw new Error(`${requirement.reason}; CI or WINDTUNNEL_REQUIRE_ALL forbids to skip this test`);
  process.stderr.write(`skipped: ${requirement.reason}\n`);
  skip(requirement.reason);
}

/** Debian's chromium, or what CHROMIUM_PATH names. */
export const chromiumPath = process.env.CHROMIUM_PATH || '/usr/bin/chromium';

export function chromium(): Requirement {
  return executable(
    chromiumPath,
    `no browser at ${chromiumPath} (apt-get install chromium, or set CHROMIUM_PATH)`,
  );
}

export function redisServer(): Requirement {
  if (installedRedisVersion() !== undefined) return { met: true };
  return { met: false, reason: 'no redis-server (apt-get install redis-server)' };
}

/** What a foreign server is made with; its packages come from the registry of its language. */
export function foreign(name: ForeignName): Requirement {
  const missing = missingProgram(name);
  return missing === undefined ? { met: true } : { met: false, reason: `no ${missing}, which ${name} needs` };
}

/** One that answers, and an image to build on that is there. */
export async function containerEngine(): Promise<Requirement> {
  try {
    const { baseImageChoice, findEngine, imageExists } = await import(
      '../../src/topology/container/index.ts'
    );
    const { docker } = await findEngine();
    const { madeHere, pulled, recipe, variable } = baseImageChoice;
    const images = [process.env[variable] || pulled, madeHere];
    const found = await Promise.all(images.map((image) => imageExists(docker, image)));
    if (found.includes(true)) return { met: true };
    return { met: false, reason: `the container engine has no base image (${recipe})` };
  } catch (error) {
    return { met: false, reason: error instanceof Error ? error.message : String(error) };
  }
}

export function executable(path: string, reason: string): Requirement {
  try {
    accessSync(path, constants.X_OK);
    return { met: true };
  } catch {
    return { met: false, reason };
  }
}
