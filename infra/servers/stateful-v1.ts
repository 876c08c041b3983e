import process from 'node:process';
import { runServer } from './host/index.ts';
import { openSessionV1 } from './sdk/v1.ts';
import { sessionApp } from './sessions/index.ts';

/** The reference server of 2025-11-25 on SDK v1, to tell an SDK's behaviour from the protocol's. */
await runServer(process, (context) => sessionApp(context, openSessionV1));
