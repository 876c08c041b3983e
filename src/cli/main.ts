import { exitCodes, HarnessError, unreachable } from '../core/index.ts';
import { parseArguments } from './arguments.ts';
import { interruptible } from './interrupt.ts';
import { describeError, terminalOutput } from './output.ts';
import { tool } from './package-info.ts';

import { runCommand } from './run-command.ts';

/** The command line: parse, choose, run, exit. */
async function main(argv: readonly string[]): Promise<number> {
  const output = terminalOutput({ json: argv.includes('--json') });
  try {
    assertHere();
    const command = await parseArguments(argv, tool.version, (text) => output.out(text), output.columns);
    switch (command.name) {
      case 'run':
        return await runCommand(command.options, argv, output, untilInterrupted());
      case 'report':
        return await (await import('./report-command.ts')).reportCommand(command, output);
      case 'clean':
        return await (await import('./clean-command.ts')).cleanCommand(command, output);
      case 'doctor':
        return await (await import('./doctor-command.ts')).doctorCommand(command, output);
      case 'list':
        return (await import('./list-command.ts')).listCommand(command, output);
      case 'serve': {
        const { serveCommand } = await import('./serve-command.ts');
        return await serveCommand(command.options, output, untilInterrupted());
      }
      case 'init': {
        const { initCommand } = await import('./init-command.ts');
        return await initCommand(command.options, output, untilInterrupted());
      }
      case 'shown':
        return exitCodes.ok;
      default:
        return unreachable(command);
    }
  } catch (error) {
    output.note(describeError(error));
    return exitCodeOfError(error);
  }
}

const untilInterrupted = () => interruptible(() => process.exit(exitCodes.unknown));

/** A relative path means nothing in a folder that was deleted under our feet; yargs asks for it, too. */
function assertHere(): void {
  try {
    process.cwd();
  } catch (cause) {
    throw new HarnessError('usage', 'the folder you are in is gone', { hint: 'Change to another.', cause });
  }
}

function exitCodeOfError(error: unknown): number {
  if (!(error instanceof HarnessError)) return exitCodes.internal;
  switch (error.code) {
    case 'usage':
      return exitCodes.usage;
    case 'interrupted':
      return exitCodes.unknown;
    case 'server':
    case 'internal':
      return exitCodes.internal;
    default:
      return unreachable(error.code);
  }
}

/** All that was written is on its way, or nobody reads it any more. */
const written = (stream: NodeJS.WriteStream) =>
  new Promise<void>((resolve) => stream.write('', () => resolve()));

const exitCode = await main(process.argv.slice(2));
await Promise.all([written(process.stdout), written(process.stderr)]);
// Not left to an event loop that has run dry: Node then gives its signal handlers up long before the process ends, and Ctrl-C
// in between would make the exit code the signal's.
process.exit(exitCode);
