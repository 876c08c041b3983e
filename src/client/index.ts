// Client: MCP connections, one per protocol revision, over a fast wire client.
// The revision is chosen in one place (`wire.ts`); what a server does wrong is a value, not an exception.
export { runInterrupted } from './exchange.ts';
export type { Transcript } from './transcript.ts';
export type {
  Answer,
  Connection,
  ConnectionClient,
  Connector,
  SessionOpened,
  ToolCall,
  ToolResult,
} from './types.ts';
export { wireConnector } from './wire.ts';
