import process from 'node:process';
import { runBroken } from './base/index.ts';

const every = 4;
let echoes = 0;
let previous: unknown;

/** Gives now and then the answer to another request: by turns with that one's id, and with that one's result. */
await runBroken(process, {
  async call({ tool, pass }) {
    const response = await pass();
    if (tool !== 'echo') return response;
    const answer = (await response.json()) as { id: number; result: unknown };
    const other = previous;
    previous = answer.result;
    echoes += 1;
    if (echoes % every !== 0) return Response.json(answer);
    if (echoes % (2 * every) === 0) return Response.json({ ...answer, id: answer.id + 1 });
    return Response.json({ ...answer, result: other });
  },
});
