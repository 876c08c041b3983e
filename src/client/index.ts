// Client: MCP connections, one per protocol revision, over a fast wire client or over the official SDKs.
// Which is chosen in one place (`connector-for.ts`); what a server does wrong is a value, not an exception.
export { connectorFor } from './connector-for.ts';
export { runInterrupted } from './exchange.ts';
export { resultOf } from './input-parts.ts';
export type { Transcript } from './transcript.ts';
export type {
  Access,
  Answer,
  ChangeWatch,
  Connection,
  ConnectionClient,
  Connector,
  InputAnswer,
  InputWatch,
  ListenEnd,
  SessionOpened,
  StreamCall,
  StreamWatch,
  TaskCalls,
  TaskOrResult,
  TaskState,
  ToolCall,
  ToolResult,
} from './types.ts';
export { wireConnector } from './wire.ts';
