import { styleText } from 'node:util';
import { exitCodes, wrap } from '../core/index.ts';
import { type MachinePart, machineParts } from './machine-parts.ts';
import type { Output } from './output.ts';
import { tool } from './package-info.ts';
import { renderRows } from './rows.ts';

/** `windtunnel doctor`: what this machine offers. Exit 0 if the main job can run, else 70. */
export async function doctorCommand(options: { json: boolean }, output: Output): Promise<number> {
  const parts = await machineParts();
  const ready = parts.every((part) => !part.required || part.state !== 'missing');
  if (options.json) process.stdout.write(`${JSON.stringify({ tool, ready, parts }, null, 2)}\n`);
  else output.out(render(parts, ready, output));
  return ready ? exitCodes.ok : exitCodes.internal;
}

const colours = { ok: 'green', limited: 'yellow', missing: 'yellow' } as const;

function render(parts: readonly MachinePart[], ready: boolean, { columns, colour }: Output): string {
  const paint = (name: 'green' | 'yellow' | 'red', text: string) =>
    colour ? styleText(name, text, { validateStream: false }) : text;
  const lines = parts.flatMap((part) => {
    const text = part.costs === undefined ? part.found : `${part.found}. It costs: ${part.costs}.`;
    const [head = '', ...rest] = renderRows([[part.state.padEnd(7), `${part.name}: ${text}`]], columns);
    const state = paint(part.required && part.state === 'missing' ? 'red' : colours[part.state], part.state);
    return [head.replace(part.state, state), ...rest];
  });
  const lacking = parts.filter((part) => part.required && part.state === 'missing').map(({ name }) => name);
  const sum = ready
    ? 'The main job can run here: windtunnel run'
    : `The main job cannot run here, for lack of: ${lacking.join(', ')}`;
  return [...lines, '', ...wrap(sum, columns)].join('\n');
}
