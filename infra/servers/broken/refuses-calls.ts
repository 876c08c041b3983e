import process from 'node:process';
import { runBroken } from './base/index.ts';

/** Is never ready for one of its tools, and says so before it has done anything. */
await runBroken(process, {
  call: async ({ tool, message, pass }) => {
    if (tool !== 'echo') return pass();
    const error = { code: -32000, message: 'Overloaded, try again later' };
    return Response.json({ jsonrpc: '2.0', error, id: message.id }, { status: 503 });
  },
});
