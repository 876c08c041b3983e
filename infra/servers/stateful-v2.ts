import process from 'node:process';
import { runServer } from './host/index.ts';
import { openSessionV2 } from './sdk/v2.ts';
import { sessionApp } from './sessions/index.ts';

/** The reference server of 2025-11-25 on SDK v2: `Mcp-Session-Id`, and the basket in the session. */
await runServer(process, (context) => sessionApp(context, openSessionV2));
