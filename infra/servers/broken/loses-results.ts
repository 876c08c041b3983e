import process from 'node:process';
import { runBroken } from './base/index.ts';

const every = 6;
let echoes = 0;

/** Carries a call out and falls over before it has answered: the client is told nothing but 500. */
await runBroken(process, {
  async call({ tool, pass }) {
    const response = await pass();
    if (tool === 'echo' && ++echoes % every === 0) throw new Error('fell over with the result in its hands');
    return response;
  },
});
