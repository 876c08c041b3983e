// Host: everything about being a process on the network that has nothing to do with MCP's eras or SDKs:
// configuration, listening, guards, draining, exit codes. The three entry files beside this folder use it.
export { answerRpcError, rpcErrors } from './answer.ts';
export { readConfig, type ServerConfig, type StoreConfig } from './config.ts';
export { type App, type Host, listen } from './listen.ts';
export { type CreateApp, runServer, type ServerContext, type ServerProcess } from './run-server.ts';
