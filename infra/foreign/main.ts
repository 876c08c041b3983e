import { exitCodes, HarnessError, messageOf } from '../../src/core/index.ts';
import {
  type ForeignName,
  foreignDeployment,
  foreignNames,
  missingProgram,
  prepareForeign,
} from './prepare.ts';

/** `npm run foreign [-- NAME…]`: makes foreign servers ready to be started, and says how to run them. */
async function main(wanted: readonly string[]): Promise<number> {
  const unknown = wanted.find((name) => !foreignNames.includes(name as ForeignName));
  if (unknown !== undefined) {
    process.stderr.write(`foreign: no server named ${unknown}; there are ${foreignNames.join(', ')}\n`);
    return exitCodes.usage;
  }
  let failed = false;
  for (const name of wanted.length > 0 ? (wanted as ForeignName[]) : foreignNames) {
    const missing = missingProgram(name);
    try {
      if (missing !== undefined)
        throw new HarnessError('server', `${name}: ${missing} is not on this machine`);
      await prepareForeign(name);
      process.stdout.write(`${name}: ready; its deployment is ${foreignDeployment(name)}\n`);
    } catch (error) {
      failed = true;
      process.stderr.write(`foreign: ${messageOf(error)}\n`);
    }
  }
  return failed ? exitCodes.internal : exitCodes.ok;
}

process.exitCode = await main(process.argv.slice(2));
