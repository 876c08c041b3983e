// A server that repeats what it is told wherever it can: in answers of every kind, its output, and its ledger.
import { appendFileSync } from 'node:fs';
import { endWithHarness } from './end-with-harness.ts';
import { type Call, http, json, serve, sound, soundBody } from './wire-server.ts';

const { TELLS_ENV = '', WINDTUNNEL_LEDGER = '', WINDTUNNEL_REPLICA: replica, WINDTUNNEL_BOOT } = process.env;

if (TELLS_ENV !== '') {
  // Only the end of what it wrote is repeated, and its environment may be longer.
  process.stderr.write(`${JSON.stringify(process.env)}: no database\n`);
  process.exit(1);
}
endWithHarness();

const headersWith = (text: string) =>
  `${json}x-told: ${encodeURIComponent(text)}\r\nx-auth: Basic ${Buffer.from(`me:${text}`).toString('base64')}\r\n`;

const answers: Record<string, (text: string) => object> = {
  echo: (text) => ({
    content: [{ type: 'text', text: JSON.stringify({ text }) }],
    structuredContent: { text },
  }),
  fails: (text) => ({ isError: true, content: [{ type: 'text', text: `${'-'.repeat(488)}${text}` }] }),
};

function tell({ id, opId, tool, args, write }: Call): void {
  const text = String(args.text);
  process.stdout.write(`${text} ${JSON.stringify({ text })} ${JSON.stringify(JSON.stringify(text))}\n`);
  const entry = { event: 'commit', atUs: 1, replica, boot: Number(WINDTUNNEL_BOOT), opId, tool, value: text };
  appendFileSync(WINDTUNNEL_LEDGER, `${JSON.stringify(entry)}\n`);
  const headers = headersWith(text);
  const answer = answers[tool];
  if (answer) write(http(soundBody(id, answer(text)), { headers }));
  else write(http(`nobody knows ${text}`, { status: '400 Bad Request', headers }));
}

// What it was given by its deployment it tells at once, in clear and escaped.
const { TELLS_GIVEN = '' } = process.env;
if (TELLS_GIVEN !== '') process.stderr.write(`${TELLS_GIVEN} ${JSON.stringify({ TELLS_GIVEN })}\n`);

const tools = ['echo', 'fails', 'unknown'].map((name) => ({ name, inputSchema: { type: 'object' } }));

const { port } = await serve((call) => {
  if (call.method === 'tools/call') tell(call);
  else if (call.method === 'tools/list') call.write(http(soundBody(call.id, { tools })));
  else sound(call);
});
process.stdout.write(`listening on http://127.0.0.1:${port}/mcp\n`);
