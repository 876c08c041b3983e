// Engine: run(plan, deps): start, follow the timeline, always tear down.
// It knows the topology and the clients by their interfaces only; the command line picks the implementations.
export { type Generator, type RunDeps, run } from './run.ts';
