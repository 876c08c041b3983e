// Generator: the clients of a run, in threads of a process of its own, apart from terminal, proxy and recording.
// The threads make the calls; their process writes what they record; the harness only gives the start and the stop.
export { type Counts, noCounts } from './messages.ts';
export { type GeneratorOptions, startGenerator } from './start-generator.ts';
export { threadsFor } from './threads-for.ts';
