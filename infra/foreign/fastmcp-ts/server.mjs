// A server on FastMCP for TypeScript, over Streamable HTTP: `server.mjs PORT [--sessionless]`, as its README writes one.
import { FastMCP } from 'fastmcp';
import { z } from 'zod';

const server = new FastMCP({ name: 'fastmcp-ts', version: '1.0.0' });
const readOnly = { readOnlyHint: true };

// In the memory of this process: what another replica was told is not known here.
const notes = new Map();
const notesMax = 100_000;

server.addTool({
  name: 'echo',
  description: 'Says what it was told',
  annotations: readOnly,
  parameters: z.object({ text: z.string() }),
  execute: async ({ text }) => text,
});
server.addTool({
  name: 'add',
  description: 'Adds two numbers',
  annotations: readOnly,
  parameters: z.object({ a: z.number(), b: z.number() }),
  execute: async ({ a, b }) => String(a + b),
});
server.addTool({
  name: 'wait',
  description: 'Answers after so many milliseconds',
  annotations: readOnly,
  parameters: z.object({ ms: z.number().int().min(0).max(60_000) }),
  execute: async ({ ms }) => {
    await new Promise((resolve) => setTimeout(resolve, ms));
    return `waited ${ms} ms`;
  },
});
server.addTool({
  name: 'remember',
  description: 'Keeps a text under a key, in the memory of this replica',
  annotations: { readOnlyHint: false, destructiveHint: false },
  parameters: z.object({ key: z.string(), text: z.string() }),
  execute: async ({ key, text }) => {
    if (notes.size >= notesMax) notes.delete(notes.keys().next().value);
    notes.set(key, text);
    return text;
  },
});
server.addTool({
  name: 'recall',
  description: 'The text under a key',
  annotations: readOnly,
  parameters: z.object({ key: z.string() }),
  execute: async ({ key }) => notes.get(key) ?? '',
});

await server.start({
  transportType: 'httpStream',
  httpStream: {
    // Within a container it listens on every address of it.
    host: process.env.HOST ?? '127.0.0.1',
    port: Number(process.argv[2]),
    endpoint: '/mcp',
    stateless: process.argv.includes('--sessionless'),
  },
});
