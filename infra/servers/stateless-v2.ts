import process from 'node:process';
import { runServer } from './host/index.ts';
import { statelessApp } from './sdk/stateless-app.ts';

/** The reference server of 2026-07-28 on SDK v2: no sessions, and the basket behind an explicit handle. */
await runServer(process, statelessApp);
