// Tools: the one logical application that all reference servers serve, written once.
// A tool does not know the protocol revision, nor where its state lives, nor how its basket is named.
import type { Changes } from '../changes/index.ts';
import { basketTools } from './basket.ts';
import { publishOffer, publishTool } from './publish.ts';
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

/** A tool as far as its schema goes. */
export type ToolShape = Pick<Tool, 'name' | 'fields' | 'takesBasket'>;

/** All that any server of ours offers, whatever its deployment. */
export const toolShapes: readonly ToolShape[] = [...tools, publishOffer];

/** Where there are topics, they can be published to. */
export function withPublish(offered: readonly Tool[], changes: Changes | undefined): readonly Tool[] {
  return changes ? [...offered, publishTool(changes)] : offered;
}
