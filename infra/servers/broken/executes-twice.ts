import process from 'node:process';
import { runBroken } from './base/index.ts';

/** Carries each addition out twice: as a proxy that sends again what takes long, before a server without idempotency. */
await runBroken(process, {
  async call({ tool, message, pass }) {
    if (tool === 'basket_add') await pass(`${String(message.id)}-again`);
    return pass();
  },
});
