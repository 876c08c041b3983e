/** What a server does with its tasks; what it says nothing of is as it should be. */
export interface Misconduct {
  ttl?: unknown;
  interval?: unknown;
  /** The task's id, by its number. */
  id?: (number: number) => string;
  /** Beside the usual members of the answer to the call. */
  handle?: object;
  /** Beside the usual members of the answer to `tasks/get`, by how often it was asked; without, it works for ever. */
  state?: (polls: number) => object;
  /** Methods that are not answered. */
  never?: readonly string[];
  /** Methods that are answered with HTTP 500. */
  breaks?: readonly string[];
  /** The error that `tools/call` is answered with. */
  errs?: object;
  /** What a client that asks makes of it, as `outcome failure-kind`; without, its deadline passes. */
  comesTo?: readonly string[];
}

const completed = { status: 'completed', result: { content: [] } };
const soon = (polls: number) => (polls < 3 ? {} : completed);
const request = { method: 'elicitation/create', params: { message: 'Go on?', requestedSchema: {} } };
const requests = (count: number, name: string) => ({
  status: 'input_required',
  inputRequests: Object.fromEntries(Array.from({ length: count }, (_, i) => [`${name}-${i}`, request])),
});

export const misconducts: Record<string, Misconduct> = {
  none: { state: soon, comesTo: ['ok'] },
  'interval-0': { interval: 0 },
  'interval-negative': { interval: -5 },
  'interval-for-ever': { interval: 1e300 },
  'interval-soon': { interval: 'soon', ttl: '\0' },
  'ttl-negative': { ttl: -1, state: soon, comesTo: ['ok'] },
  'ttl-for-ever': { ttl: 1e300, state: soon, comesTo: ['ok'] },
  'ttl-for-ever-ago': { ttl: -1e300, state: soon, comesTo: ['ok'] },
  'id-long': { id: (n) => `${n}-`.padEnd(10 * 1024, 'x'), state: soon, comesTo: ['ok'] },
  'id-no-header': { id: (n) => `${n}\r\nx-evil: <script>\u2028é`, state: soon, comesTo: ['ok'] },
  'id-1mb': { id: (n) => `${n}-`.padEnd(2 ** 20, 'x'), comesTo: ['info malformed'] },
  'id-none': { handle: { taskId: 7 }, comesTo: ['info malformed'] },
  'handle-dancing': { handle: { status: 'dancing' }, comesTo: ['info malformed'] },
  dancing: { state: () => ({ status: 'dancing' }), comesTo: ['info malformed'] },
  anothers: { state: () => ({ ...completed, taskId: 'another' }), comesTo: ['info malformed'] },
  'says-much': {
    state: () => ({ status: 'failed', statusMessage: `<script>alert(1)</script>${'x'.repeat(2 ** 20)}` }),
    comesTo: ['fail task-failed'],
  },
  'code-for-ever': { errs: { code: 1e300, message: 'no' }, comesTo: ['info broken'] },
  'no-result': {
    state: () => ({ status: 'completed' }),
    breaks: ['tasks/result'],
    comesTo: ['info malformed', 'info timeout'],
  },
  'never-answers': { never: ['tasks/get'] },
  'ten-thousand-keys': { state: () => requests(10_000, 'key') },
  'new-keys': { interval: 0, state: (polls) => requests(100, `key-${polls}`) },
};

/** What servers tell listeners of their tasks a million times. */
export const floods: Record<string, Misconduct> = {
  'that it works': {},
  'that it wants input, which it does not take': {
    interval: 0,
    state: () => requests(1, 'key'),
    breaks: ['tasks/update', 'tasks/result'],
  },
  'that it is over, without a result': {
    state: () => ({ status: 'completed' }),
    breaks: ['tasks/result'],
  },
};
