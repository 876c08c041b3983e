import yargs from 'yargs';
import { HarnessError } from '../core/index.ts';
import { type InitOptions, initOptions, toInitOptions } from './init-options.ts';
import { single } from './option-values.ts';
import { defaultScenarios, type RunOptions, runOptions, toRunOptions } from './run-options.ts';
import { type ServeOptions, serveOptions, toServeOptions } from './serve-options.ts';

/** What the command line asks for. */
export type Command =
  | { name: 'run'; options: RunOptions }
  | { name: 'report'; directory: string; quiet: boolean; json: boolean }
  | { name: 'doctor'; json: boolean }
  | { name: 'list'; json: boolean }
  | { name: 'clean'; json: boolean }
  | { name: 'serve'; options: ServeOptions }
  | { name: 'init'; options: InitOptions }
  /** Help or the version was shown; there is nothing to do. */
  | { name: 'shown' };

const outputOptions = {
  quiet: { type: 'boolean', default: false, describe: 'Show neither progress nor table' },
  json: {
    type: 'boolean',
    default: false,
    describe: 'Print results.json to standard output, everything else to standard error',
  },
} as const;

const jsonOption = {
  json: { type: 'boolean', default: false, describe: 'Print JSON, for programs' },
} as const;

/**
 * Reads the command line.
 * @param print takes help texts and the version.
 * @param columns how wide help may be.
 * @throws HarnessError `usage` for anything unknown or out of range; the message says what is allowed.
 */
export async function parseArguments(
  argv: readonly string[],
  version: string,
  print: (text: string) => void,
  columns: number,
): Promise<Command> {
  let command: Command = { name: 'shown' };
  const [words, afterDashes] = splitAtDashes(argv);
  const parser = yargs()
    .scriptName('windtunnel')
    // `--no-x` would make x false and `--x.y` make it an object, whatever its type.
    .parserConfiguration({ 'boolean-negation': false, 'dot-notation': false })
    .usage('$0 <command>\n\nShows what MCP deployments lose when replicas restart, crash and scale.')
    .version(version)
    .help()
    .strict()
    .demandCommand(1, 'which command? `windtunnel --help` lists them')
    .exitProcess(false)
    .wrap(Math.min(100, columns))
    .command(
      'run [scenarios..]',
      'Run scenarios over deployments, then judge and report',
      (args) =>
        args
          .positional('scenarios', {
            type: 'string',
            array: true,
            default: defaultScenarios,
            describe: 'Names under scenarios/, or paths of .yaml files',
          })
          .options(runOptions)
          .options(outputOptions),
      (args) => {
        command = { name: 'run', options: toRunOptions(args) };
      },
    )
    .command(
      'report [directory]',
      'Judge and render a finished experiment again, without any server',
      (args) =>
        args.positional('directory', { type: 'string', describe: 'Its folder' }).options(outputOptions),
      ({ directory, quiet, json }) => {
        if (!directory) {
          throw new HarnessError('usage', 'report: the directory of an experiment is missing', {
            hint: 'For example `windtunnel report reports/…`; see `windtunnel --help`.',
          });
        }
        command = { name: 'report', directory, quiet, json };
      },
    )
    .command(
      'list',
      'Scenarios, deployments, faults, metrics and checks that there are',
      (args) => args.options(jsonOption),
      ({ json }) => {
        command = { name: 'list', json };
      },
    )
    .command(
      'doctor',
      'What this machine offers, and what each missing part costs',
      (args) => args.options(jsonOption),
      ({ json }) => {
        command = { name: 'doctor', json };
      },
    )
    .command(
      'clean',
      'Removes the containers, networks and temporary folders of runs that were killed',
      (args) => args.options(jsonOption),
      ({ json }) => {
        command = { name: 'clean', json };
      },
    )
    .command(
      'serve',
      'One reference server, to try a client against; Ctrl-C ends it',
      (args) => args.options(serveOptions).options(jsonOption),
      (args) => {
        command = { name: 'serve', options: toServeOptions(args) };
      },
    )
    .command(
      'init [target]',
      'Ask your server what it offers, and write a first scenario and deployment for it',
      (args) =>
        args
          .usage(
            '$0 init URL [options]\n$0 init [options] -- COMMAND [ARGUMENT…]\n\nAsks your server what it offers, and writes a first scenario and deployment for it.',
          )
          .positional('target', {
            type: 'string',
            describe: 'Address of a server that runs already; a command to start one stands after --',
          })
          .options(initOptions),
      (args) => {
        command = { name: 'init', options: toInitOptions(args, afterDashes) };
      },
    )
    .check(refuseRepeated, true)
    .fail((message, error) => {
      if (error instanceof HarnessError) throw error;
      throw new HarnessError('usage', message ?? error.message, {
        hint: 'See `windtunnel --help`.',
        cause: error,
      });
    });
  await parser.parse([...words], {}, (_error, _args, output) => {
    if (output) print(output);
  });
  return command;
}

/** The command of somebody else's server has options of its own, which are none of ours. */
function splitAtDashes(argv: readonly string[]): [readonly string[], readonly string[] | undefined] {
  const at = argv[0] === 'init' ? argv.indexOf('--') : -1;
  return at < 0 ? [argv, undefined] : [argv.slice(0, at), argv.slice(at + 1)];
}

/** What may stand several times on a command line. */
const lists = ['_', 'scenarios', 'deployment', 'header'];

/** An option that was given twice arrives as a list, whatever its type. */
function refuseRepeated(args: Record<string, unknown>): true {
  for (const [name, value] of Object.entries(args)) {
    if (!lists.includes(name)) single(name, value);
  }
  return true;
}
