// Preloaded into every process of a run (NODE_OPTIONS): a replica runs HOSTILE_SERVER in place of its own program, so
// that everything else is the real command line; every other process notes in HOSTILE_PEAKS how much memory it had.
import { appendFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { pathToFileURL } from 'node:url';
import { isMainThread } from 'node:worker_threads';

const { HOSTILE_SERVER = '', HOSTILE_PEAKS = '' } = process.env;
const program = process.argv[1] ?? '';

if (isMainThread && program.includes('/infra/servers/')) {
  const replaced = pathToFileURL(program).href;
  registerHooks({
    resolve: (specifier, context, next) => {
      const found = next(specifier, context);
      return found.url === replaced ? next(HOSTILE_SERVER, context) : found;
    },
  });
} else if (isMainThread && HOSTILE_PEAKS !== '') {
  process.on('exit', () => {
    const peakKib = process.resourceUsage().maxRSS;
    appendFileSync(HOSTILE_PEAKS, `${JSON.stringify({ program, peakKib })}\n`);
  });
}
