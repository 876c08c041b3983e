import yargs from 'yargs';
import { HarnessError, parseDurationMs, parseRatePerSecond } from '../core/index.ts';

/** What the command line asks for. */
export type Command =
  | { name: 'run'; options: RunOptions }
  | { name: 'report'; directory: string; quiet: boolean; json: boolean }
  /** Help or the version was shown; there is nothing to do. */
  | { name: 'shown' };

export interface RunOptions {
  scenarios: string[];
  deployments: string[];
  replicas: number | undefined;
  repeats: number;
  durationMs: number | undefined;
  sessions: number | undefined;
  ratePerSecond: number | undefined;
  seed: number;
  out: string | undefined;
  quiet: boolean;
  json: boolean;
}

const defaultScenarios = ['rolling-restart', 'crash', 'scale-out'];
const defaultDeployments = ['stateful-round-robin', 'stateful-sticky', 'stateless'];

/**
 * Reads the command line.
 * @param print takes help texts and the version.
 * @throws HarnessError `usage` for anything unknown or out of range; the message says what is allowed.
 */
export async function parseArguments(
  argv: readonly string[],
  version: string,
  print: (text: string) => void,
): Promise<Command> {
  let command: Command = { name: 'shown' };
  const parser = yargs()
    .scriptName('windtunnel')
    // `--no-x` would make x false, whatever its type.
    .parserConfiguration({ 'boolean-negation': false })
    .usage('$0 <command>\n\nShows what MCP deployments lose when replicas restart, crash and scale.')
    .version(version)
    .help()
    .strict()
    .demandCommand(1, 'which command? `windtunnel --help` lists them')
    .exitProcess(false)
    .wrap(100)
    .option('quiet', {
      type: 'boolean',
      default: false,
      describe: 'Show neither progress nor table',
      global: true,
    })
    .option('json', {
      type: 'boolean',
      default: false,
      describe: 'Print results.json to standard output, everything else to standard error',
      global: true,
    })
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
          .options(runOptions),
      (args) => {
        command = { name: 'run', options: toRunOptions(args) };
      },
    )
    .command(
      'report [directory]',
      'Judge and render a finished experiment again, without any server',
      (args) => args.positional('directory', { type: 'string', describe: 'Its folder' }),
      ({ directory, quiet, json }) => {
        if (directory === undefined) {
          throw new HarnessError('usage', 'report: the directory of an experiment is missing', {
            hint: 'For example `windtunnel report reports/…`; see `windtunnel --help`.',
          });
        }
        command = { name: 'report', directory, quiet, json };
      },
    )
    .fail((message, error) => {
      if (error instanceof HarnessError) throw error;
      throw new HarnessError('usage', message ?? error.message, {
        hint: 'See `windtunnel --help`.',
        cause: error,
      });
    });
  await parser.parse([...argv], {}, (_error, _args, output) => {
    if (output) print(output);
  });
  return command;
}

const runOptions = {
  deployment: {
    type: 'string',
    default: defaultDeployments.join(','),
    describe: 'Names under infra/deployments/, or paths, separated by commas',
  },
  replicas: { type: 'string', describe: 'Replicas of each deployment, 1 to 50' },
  repeat: { type: 'string', default: '1', describe: 'How often each combination is run, 1 to 1000' },
  duration: { type: 'string', describe: 'How long operations are intended, e.g. 30s' },
  sessions: { type: 'string', describe: 'How many clients arrive' },
  rate: { type: 'string', describe: 'Operations of all clients together, e.g. 200/s' },
  seed: { type: 'string', default: '1', describe: 'The same seed gives the same schedule, 0 to 4294967295' },
  backend: { choices: ['process'], default: 'process', describe: 'Where replicas run' },
  balancer: { choices: ['embedded'], default: 'embedded', describe: 'What balances them' },
  out: { type: 'string', describe: 'Folder for the experiment; by default a new one under reports/' },
} as const;

interface RawRunOptions {
  scenarios: string[];
  deployment: string;
  replicas?: string | undefined;
  repeat: string;
  duration?: string | undefined;
  sessions?: string | undefined;
  rate?: string | undefined;
  seed: string;
  out?: string | undefined;
  quiet: boolean;
  json: boolean;
}

function toRunOptions(raw: RawRunOptions): RunOptions {
  return {
    scenarios: raw.scenarios,
    deployments: names(raw.deployment),
    replicas: raw.replicas === undefined ? undefined : whole('replicas', raw.replicas, 1, 50),
    repeats: whole('repeat', raw.repeat, 1, 1000),
    durationMs: raw.duration === undefined ? undefined : duration(raw.duration),
    sessions: raw.sessions === undefined ? undefined : whole('sessions', raw.sessions, 1, 1_000_000),
    ratePerSecond: raw.rate === undefined ? undefined : rate(raw.rate),
    seed: whole('seed', raw.seed, 0, 0xffff_ffff),
    out: single('out', raw.out),
    quiet: raw.quiet,
    json: raw.json,
  };
}

/** `a,b,c`, or the option given several times. */
function names(list: string | string[]): string[] {
  const found = [list]
    .flat()
    .flatMap((part) => part.split(','))
    .map((name) => name.trim())
    .filter((name) => name !== '');
  if (found.length > 0) return found;
  throw new HarnessError('usage', '--deployment needs at least one name', {
    hint: 'For example --deployment stateless.',
  });
}

function whole(flag: string, text: string, min: number, max: number): number {
  const value = Number(single(flag, text));
  if (/^\d+$/.test(text) && value >= min && value <= max) return value;
  throw new HarnessError('usage', `--${flag} ${text}: must be a whole number from ${min} to ${max}`);
}

function duration(text: string): number {
  const ms = parseDurationMs(String(single('duration', text)));
  if (ms !== undefined && ms >= 100 && ms <= 7 * 24 * 3_600_000) return ms;
  throw new HarnessError(
    'usage',
    `--duration ${text}: must be a duration from 100ms to 168h, such as 10s or 2m`,
  );
}

function rate(text: string): number {
  const perSecond = parseRatePerSecond(String(single('rate', text)));
  if (perSecond !== undefined && perSecond > 0 && perSecond <= 1_000_000) return perSecond;
  throw new HarnessError('usage', `--rate ${text}: must be a rate above 0, such as 200/s or 30/m`);
}

/** An option that was given twice arrives as a list. */
function single<T>(flag: string, value: T): T {
  if (!Array.isArray(value)) return value;
  throw new HarnessError('usage', `--${flag} is given ${value.length} times`, { hint: 'Give it once.' });
}
