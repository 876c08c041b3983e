import process from 'node:process';
import { runBroken } from './base/index.ts';

const bytesPerCall = 1_000_000;
const leaked: Buffer[] = [];

/** Keeps something of each call for ever. It is filled, since memory that was never touched is not resident. */
await runBroken(process, {
  call({ pass }) {
    leaked.push(Buffer.alloc(bytesPerCall, 1));
    return pass();
  },
});
