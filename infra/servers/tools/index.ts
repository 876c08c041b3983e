// Tools: the one logical application that all reference servers serve, written once.
// A tool does not know the protocol revision, nor where its state lives, nor how its basket is named.
import { basketTools } from './basket.ts';
import { reportTool } from './report.ts';
import type { Tool } from './types.ts';
import { workTools } from './work.ts';

export { blockingConduct, type CallToolResult, callTool, toResult } from './call.ts';
export { byHandle, bySession } from './references.ts';
export {
  type BasketReference,
  type Conduct,
  type Question,
  type Tool,
  type ToolArguments,
  type ToolContext,
  type ToolOutcome,
  WorkFailed,
} from './types.ts';

export const tools: readonly Tool[] = [...basketTools, ...workTools, reportTool];
