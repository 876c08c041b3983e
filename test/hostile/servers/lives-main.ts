// A server whose answers are sound, and whose life is not: HOSTILE_LIVES says which of these each replica leads.
import { spawn } from 'node:child_process';
import { writeSync } from 'node:fs';
import { endWithHarness } from './end-with-harness.ts';
import { http, initialized, json, serve, sound } from './wire-server.ts';

const { WINDTUNNEL_REPLICA = '', HOSTILE_LIVES = '' } = process.env;
const lives = HOSTILE_LIVES.split(',');
const life = lives[(Number(WINDTUNNEL_REPLICA.slice(1)) - 1) % lives.length];
let calls = 0;
let named = 0;
const eaten: Buffer[] = [];

/** What it does at each call, besides answering. */
function misbehave(): void {
  if (life === 'crashes-at-the-tenth' && calls === 10) process.exit(3);
  if (life === 'eats-memory') eaten.push(Buffer.alloc(2 ** 20, 1));
  if (life === 'writes-much' && calls <= 64) writeSync(1, Buffer.alloc(2 ** 20, 'w'));
}

if (life === 'exits-0') process.exit(0);
if (life === 'exits-with-much-output') {
  writeSync(2, `${'noise '.repeat(50_000)}\n<b>the configuration is wrong</b>\n`);
  process.exit(1);
}
if (life === 'ignores-sigterm') process.on('SIGTERM', () => {});
else endWithHarness();
if (life === 'closes-stdin') process.stdin.destroy();
if (life === 'forks') {
  // It hears of no lifeline, ends on no signal that can be caught, and lives for ever.
  const immortal =
    "for (const s of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(s, () => {}); setInterval(() => {}, 1e6)";
  for (let i = 0; i < 3; i++)
    spawn(process.execPath, ['-e', immortal], { stdio: 'ignore', env: process.env });
}

const { port } = await serve((call) => {
  if (call.method === 'tools/call') {
    calls += 1;
    misbehave();
  }
  if (call.method === 'initialize' && life === 'names-sessions-at-length') {
    call.write(
      http(initialized(call.id), { headers: `${json}mcp-session-id: ${++named}-${'s'.repeat(60_000)}\r\n` }),
    );
  } else sound(call);
});
if (life === 'says-a-wrong-port') process.stdout.write('listening on http://127.0.0.1:1/mcp\n');
else if (life === 'listens-elsewhere') process.stdout.write(`listening on http://192.0.2.1:${port}/mcp\n`);
else process.stdout.write(`listening on http://127.0.0.1:${port}/mcp\n`);
if (life === 'says-it-twice') process.stdout.write('listening on http://127.0.0.1:1/mcp\n');
