import { z } from 'zod';
import { durationField } from './fields.ts';

/**
 * A server that is not one of ours, as a deployment file names it: a command to start, an image, or the address of one
 * that runs already. Which keys go together is in `foreign-rules.ts`.
 */

/** A port that is written `${port}` is one that the harness picks. */
export const portPlaceholder = '${port}';

const secretHint = '${env:NAME} inserts an environment variable that is shown nowhere';

const absolutePath = z
  .string()
  .max(1000)
  .regex(/^\/[\x21-\x7e]*$/, 'a path such as /mcp, without spaces');

const word = z
  .string()
  .max(10_000)
  .refine((text) => !text.includes('\0'), 'must not contain a zero byte');

const readyField = z.strictObject({
  path: absolutePath.optional().describe('It is ready when a GET of this path is answered with 2xx'),
  output: z
    .string()
    .min(1)
    .max(500)
    .refine(isPattern, 'must be a regular expression')
    .optional()
    .describe('It is ready when its output matches this regular expression'),
  within: durationField.default('20s').describe('How long it may take until it is ready'),
});

export const foreignServer = z
  .strictObject({
    command: z
      .array(word)
      .min(1)
      .optional()
      .describe(
        `What each replica runs: the program and its arguments; no shell. ${portPlaceholder} in one of them is the port to listen on. ${secretHint}`,
      ),
    cwd: z
      .string()
      .min(1)
      .optional()
      .describe('The folder it runs in, relative to this file; by default the folder of this file'),
    image: z
      .string()
      .min(1)
      .max(500)
      .optional()
      .describe('The image each replica runs, with --backend container'),
    port: z.int().min(1).max(65_535).optional().describe('The port that it listens on within its container'),
    url: z
      .string({ error: oneAddress })
      .max(2000)
      .optional()
      .describe(
        'The address of one that runs already, such as http://127.0.0.1:3000/mcp; it is only asked, never ended',
      ),
    env: z
      .record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'a name of letters, digits and underscores'), word)
      .default({})
      .describe(
        `Environment variables that it is given; ${portPlaceholder} is the port to listen on. ${secretHint}`,
      ),
    path: absolutePath
      .optional()
      .describe('The path of its MCP endpoint (default /mcp); with `url`, it is part of that'),
    headers: z
      .record(
        z.string().regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/, "a header's name"),
        z
          .string()
          .max(8000)
          .regex(/^[\t\x20-\x7e]*$/, 'printable ASCII on one line'),
      )
      .default({})
      .describe(`Sent with every request, such as Authorization. ${secretHint}`),
    ready: readyField
      .prefault({})
      .describe('When a replica is ready; by default when it answers an MCP request'),
    protocol: z
      .enum(['auto', '2025-11-25', '2026-07-28'])
      .default('auto')
      .describe(
        'The protocol revision to speak; auto asks as a client does: server/discover, else initialize',
      ),
    ledger: z
      .boolean()
      .default(false)
      .describe('Whether it writes a ledger line on standard output for each begin and commit'),
  })
  .meta({
    oneOf: [{ required: ['command'] }, { required: ['image'] }, { required: ['url'] }],
  });

/** A list is what one would try: servers that run already are nobody's replicas here, and stand behind no balancer of ours. */
function oneAddress({ input }: { input?: unknown }): string | undefined {
  if (!Array.isArray(input)) return undefined;
  return 'must be one address; of several servers each is a deployment of its own, to be compared, or give the address of the balancer in front of them';
}

export type ForeignServer = z.output<typeof foreignServer>;

function isPattern(text: string): boolean {
  try {
    new RegExp(text, 'm');
    return true;
  } catch {
    return false;
  }
}
