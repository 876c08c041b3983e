import process from 'node:process';
import { runBroken } from './base/index.ts';

/** Whoever subscribes is told of the topic of the client before as well: as a server that keeps one list for several clients. */
let before: string | undefined;
await runBroken(process, {
  streams: true,
  subscribe: (uri) => {
    const uris = before === undefined || before === uri ? [uri] : [before, uri];
    before = uri;
    return uris;
  },
});
