import process from 'node:process';
import { runBroken } from './base/index.ts';

const stallMs = 5_000;
/** Once, when everybody is there. */
const stallingCall = 80;
let calls = 0;

/** Stands still once, with everything in it: as a server that compacts its data, or waits for a lock. */
await runBroken(process, {
  call({ pass }) {
    calls += 1;
    if (calls === stallingCall) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, stallMs);
    return pass();
  },
});
