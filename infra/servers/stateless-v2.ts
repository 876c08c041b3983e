import process from 'node:process';
import { runServer } from './host/index.ts';
import { statelessApp } from './sdk/stateless-app.ts';

/** The reference server of 2026-07-28 on SDK v2. */
await runServer(process, (context) => statelessApp(context));
