// Host: everything about being a process on the network that has nothing to do with MCP's eras or SDKs:
// configuration, listening, guards, draining, exit codes. The three entry files beside this folder use it.
export { answerRpcError, rpcErrors } from './answer.ts';
export type { App } from './listen.ts';
export { runServer, type ServerContext } from './run-server.ts';
