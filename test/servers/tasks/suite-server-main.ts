import process from 'node:process';
import * as z from 'zod';
import { runServer } from '../../../infra/servers/host/index.ts';
import { statelessApp } from '../../../infra/servers/sdk/stateless-app.ts';
import { taskEngine } from '../../../infra/servers/tasks/index.ts';
import { type Tool, type ToolContext, WorkFailed } from '../../../infra/servers/tools/index.ts';

/** The reference server of 2026-07-28 with the tools that the conformance suite's scenarios of tasks call. */

const plain = { takesBasket: false, readOnly: true } as const;

const confirm = (message: string) => ({
  method: 'elicitation/create',
  params: {
    mode: 'form',
    message,
    requestedSchema: { type: 'object', properties: { confirm: { type: 'boolean' } }, required: ['confirm'] },
  },
});

const whoIsIt = {
  key: 'user_name',
  question: {
    method: 'elicitation/create',
    params: {
      mode: 'form',
      message: 'Who are you?',
      requestedSchema: { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] },
    },
  },
};

const suiteTools: readonly Tool[] = [
  {
    ...plain,
    name: 'greet',
    description: 'Greets',
    fields: { name: z.string() },
    run: ({ name }) => ({ kind: 'done', answer: {}, text: `Hello, ${name}!` }),
  },
  {
    ...plain,
    name: 'slow_compute',
    description: 'Takes a while',
    fields: { seconds: z.number().min(0).max(60), label: z.string().optional() },
    long: 'task or call',
    run: async ({ seconds }, { signal }) =>
      (await waited(Number(seconds) * 1000, signal))
        ? { kind: 'done', answer: { seconds }, text: `computed for ${seconds} s` }
        : { kind: 'cancelled' },
  },
  {
    ...plain,
    name: 'failing_job',
    description: 'Reports an error',
    fields: {},
    long: 'always a task',
    run: () => ({ kind: 'failed', message: 'the job failed' }),
  },
  {
    ...plain,
    name: 'protocol_error_job',
    description: 'Cannot be carried out',
    fields: {},
    long: 'task or call',
    run: () => {
      throw new WorkFailed('the job broke', { transient: false });
    },
  },
  {
    ...plain,
    name: 'confirm_delete',
    description: 'Asks before it deletes',
    fields: { filename: z.string().optional() },
    long: 'task or call',
    run: (args, context) => asked(context, [`Delete ${args.filename}?`]),
  },
  {
    ...plain,
    name: 'multi_input',
    description: 'Asks two things at once',
    fields: {},
    long: 'task or call',
    run: (_args, context) => asked(context, ['Who are you?', 'Are you sure?']),
  },
  {
    ...plain,
    name: 'test_tool_with_task',
    description: 'Greets whoever says who that is, as a task',
    fields: {},
    long: 'always a task',
    asksFirst: whoIsIt,
    async run(_args, { conduct }) {
      const answer = await conduct.ask(whoIsIt.key, whoIsIt.question);
      const { content } = Object(answer) as { content?: { name?: unknown } };
      return { kind: 'done', answer: {}, text: `Hello, ${content?.name}!` };
    },
  },
];

async function asked({ conduct }: ToolContext, questions: readonly string[]) {
  const answers = await Promise.all(
    questions.map((question, index) => conduct.ask(`question-${index + 1}`, confirm(question))),
  );
  return { kind: 'done' as const, answer: { answers }, text: JSON.stringify(answers) };
}

function waited(ms: number, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms, true);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve(false);
    });
  });
}

await runServer(process, (context) => statelessApp(context, suiteTools), {
  taskEngine: (parts) => taskEngine({ ...parts, tools: suiteTools }),
});
