import type { Answer, TaskState, ToolResult } from '../client/index.ts';
import type { Failure } from '../record/index.ts';
import { durationMs, type TaskOptions } from '../scenario/index.ts';
import { alarm } from './task-alarm.ts';
import { askResult, askState, askToCancel, type Follower, waitForResult } from './task-exchanges.ts';
import { type InputAnswerer, inputAnswerer } from './task-input.ts';
import { type Listener, listenTo } from './task-listener.ts';
import { isFinal, pollIntervalUs } from './task-pace.ts';

/** What a client knows of a task in the end: its final state, with the result of a completed one; or why it does not. */
export type Fate = { state: TaskState; result?: ToolResult } | { failure: Failure };

/**
 * So many answers in a row that tell nothing of the task (it is unknown, its session is, the request is refused) end
 * it. One does not: behind a balancer the next request may reach a replica that knows it.
 */
const emptyAnswersMax = 5;
const cancelTriesMax = 3;

interface Watch {
  follower: Follower;
  listener: Listener | undefined;
  input: InputAnswerer;
  state: TaskState;
  /** When it is asked for next. */
  nextUs: number;
  /** When it is to be cancelled. */
  cancelUs: number;
  cancelTries: number;
  /** Answers in a row that told nothing. */
  empty: number;
  /** 2025-11-25: input is asked for on the stream of `tasks/result`; after that the state is asked for again. */
  askedOnStream: boolean;
  /** When that was last begun. */
  askedOnStreamUs: number;
  /** Whether a stream was open when it was last asked for. */
  wasListening: boolean;
}

/** Follows a task until its fate is known: asks as often as its server says, and listens if `options` say so. */
export async function followTask(
  { task, requestId }: { task: TaskState; requestId: string | null },
  follower: Follower,
  options: TaskOptions,
): Promise<Fate> {
  const { clock } = follower.context;
  const news = alarm(clock, follower.signal);
  await using listener = options.follow === 'notifications' ? listenTo(follower, news) : undefined;
  const { cancelAfter } = options;
  const nowUs = clock.nowUs();
  const watch: Watch = {
    follower,
    listener,
    input: inputAnswerer(follower),
    state: task,
    nextUs: nowUs,
    cancelUs: cancelAfter === undefined ? Number.POSITIVE_INFINITY : nowUs + durationMs(cancelAfter) * 1000,
    cancelTries: 0,
    empty: 0,
    askedOnStream: false,
    askedOnStreamUs: Number.NEGATIVE_INFINITY,
    wasListening: false,
  };
  await see(watch, task, requestId);
  while (true) {
    const known = fateOf(watch.state);
    if (known) return known;
    await news.sleepUntil(Math.min(watch.nextUs, watch.cancelUs, follower.deadlineUs));
    if (follower.signal.aborted || clock.nowUs() >= follower.deadlineUs) return unfinished(watch);
    const ended = await turn(watch);
    if (ended) return ended;
  }
}

/** What is to be done now, if anything: an early ring may have been of no use. */
async function turn(watch: Watch): Promise<Fate | undefined> {
  const { follower, listener } = watch;
  const told = listener?.take();
  if (told) await see(watch, told, null);
  if (told && fateOf(told)) return undefined;
  // News without end shall keep it from nothing that is due.
  const nowUs = follower.context.clock.nowUs();
  if (nowUs >= watch.cancelUs) {
    await cancel(watch);
    return undefined;
  }
  const streamEnded = watch.wasListening && listener?.isListening !== true;
  return nowUs >= watch.nextUs || streamEnded ? await poll(watch) : undefined;
}

async function poll(watch: Watch): Promise<Fate | undefined> {
  const { follower, state } = watch;
  const { tasks } = follower.side.connection;
  if (asksOnStream(watch) && !watch.askedOnStream) return pollOnStream(watch);
  if (tasks.result !== undefined && state.status === 'completed') {
    return come(watch, await askResult(follower));
  }
  watch.askedOnStream = false;
  // A server's interval is the same for all: without a network between them, clients would ask in step for ever, and strict
  // rotation would deal each of them the same replica every time.
  await follower.side.self.turnAround(follower.signal);
  const answer = await askState(follower);
  if (answer.outcome !== 'ok') return inVain(watch, answer.failure);
  watch.empty = 0;
  const { status, result } = answer.value;
  if (status === 'completed' && result === undefined && tasks.result === undefined) {
    return { failure: { kind: 'malformed', message: 'the task is completed, and there is no result' } };
  }
  await see(watch, answer.value, answer.requestId);
  return undefined;
}

/** Whether the task waits for input, and the client has to ask for the result to be asked (2025-11-25). */
function asksOnStream({ follower, state }: Watch): boolean {
  const { result, update } = follower.side.connection.tasks;
  return state.status === 'input_required' && result !== undefined && update === undefined;
}

/** Answers what the task asks and waits on for its end, unless it is to be cancelled before. */
async function pollOnStream(watch: Watch): Promise<Fate | undefined> {
  const { follower, cancelUs, input } = watch;
  watch.askedOnStream = true;
  watch.askedOnStreamUs = follower.context.clock.nowUs();
  const untilMs = (cancelUs - watch.askedOnStreamUs) / 1000;
  return come(watch, await waitForResult(follower, input.watch(), untilMs));
}

function come(watch: Watch, answer: Answer<ToolResult>): Fate | undefined {
  if (answer.outcome !== 'ok') return inVain(watch, answer.failure);
  return { state: { ...watch.state, status: 'completed' }, result: answer.value };
}

/**
 * What has become known of a task, and when to ask for more.
 * @param requestId the exchange that told it; null: nobody asked for it.
 */
async function see(watch: Watch, state: TaskState, requestId: string | null): Promise<void> {
  const { clock } = watch.follower.context;
  const isNewEnd = state.status === 'completed' && watch.state.status !== 'completed';
  watch.state = state;
  if (state.status === 'input_required') await watch.input.answer(state, requestId);
  // What is told again and again is no reason to ask at once, again and again.
  if (isNewEnd) watch.nextUs = clock.nowUs();
  else if (state.status !== 'completed') plan(watch);
  if (asksOnStream(watch) && !watch.askedOnStream) {
    watch.nextUs = Math.max(clock.nowUs(), watch.askedOnStreamUs + pollIntervalUs(state, false));
  }
}

function plan(watch: Watch): void {
  const { follower, listener, state } = watch;
  listener?.resume();
  watch.wasListening = listener?.isListening === true;
  // What is asked comes on another stream.
  const isSeldom = watch.wasListening && !asksOnStream(watch);
  watch.nextUs = follower.context.clock.nowUs() + pollIntervalUs(state, isSeldom);
}

/** A poll that broke is made again until the deadline; answers that tell nothing, so many times. */
function inVain(watch: Watch, failure: Failure): Fate | undefined {
  plan(watch);
  if (!watch.follower.side.session.usable) return { failure };
  if (isOfTheConnection(failure)) return undefined;
  watch.empty += 1;
  return watch.empty >= emptyAnswersMax ? { failure } : undefined;
}

function isOfTheConnection({ kind }: Failure): boolean {
  return ['broken', 'refused', 'timeout', 'not-sent', 'interrupted'].includes(kind);
}

async function cancel(watch: Watch): Promise<void> {
  const { follower, state } = watch;
  const answer: Answer<TaskState | undefined> = await askToCancel(follower);
  watch.cancelTries += 1;
  const isDecided = answer.outcome === 'ok' || answer.failure.kind === 'rejected';
  const isLast = isDecided || watch.cancelTries >= cancelTriesMax;
  const nowUs = follower.context.clock.nowUs();
  watch.cancelUs = isLast ? Number.POSITIVE_INFINITY : nowUs + pollIntervalUs(state, false);
  if (answer.outcome === 'ok' && answer.value) await see(watch, answer.value, answer.requestId);
}

function fateOf(state: TaskState): Fate | undefined {
  if (!isFinal(state)) return undefined;
  if (state.status !== 'completed') return { state };
  return state.result === undefined ? undefined : { state, result: state.result };
}

function unfinished({ follower, state }: Watch): Fate {
  // With a reason it is the run that was cut short.
  const kind = follower.context.signal.aborted ? 'interrupted' : 'timeout';
  return { failure: { kind, message: `the task was ${state.status} when it was last heard of` } };
}
