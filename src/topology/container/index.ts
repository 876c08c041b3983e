// Containers: an engine, and what a run has in it; replicas, balancer and store as containers on a private network.
// What is here is imported only where containers are asked for, since the engine's client takes its time to load.
export { baseImageChoice, chooseImage, ensureImage, redisImageChoice } from './base-image.ts';
export { removeOrphans, removeRunForGood, removeSuperseded } from './clean-up.ts';
export { startContainerBalancer } from './container-balancer.ts';
export { containerProvisioner } from './container-provisioner.ts';
export { startContainerRedis } from './container-redis.ts';
export { type Engine, findEngine } from './engine.ts';
export { handOver } from './hand-over.ts';
export { imageExists, type ProgramFiles, type ProgramImage, programImage } from './program-image.ts';
export { holdImage, openRunScope, type RunScope } from './run-scope.ts';
export { refuseRemoteEngine } from './same-machine.ts';
