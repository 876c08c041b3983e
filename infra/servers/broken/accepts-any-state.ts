import process from 'node:process';
import { runServer } from '../host/index.ts';
import { decoded } from '../input/index.ts';
import { statelessApp } from '../sdk/stateless-app.ts';

/** Goes on from whatever state a client gives back: as one that forgot to check what it has signed. */
await runServer(process, (sound) =>
  statelessApp({
    ...sound,
    states: { ...sound.states, open: (given) => decoded(given.split('.')[0] ?? '') },
  }),
);
