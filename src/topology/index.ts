// Topology: provisioners, replicas, the balancer and its upstreams; readiness and certain clean-up.
// The engine knows what is here by these interfaces only.
export { type EmbeddedBalancerOptions, startEmbeddedBalancer } from './balancer/embedded-balancer.ts';
export { externalTopology } from './external-topology.ts';
export type { ServerAccess } from './mcp-ask.ts';
export { processProvisioner } from './process-provisioner.ts';
export { describeExit } from './readiness.ts';
export { removeLeftFolders } from './run-folders.ts';
export { type Learned, learnServer, type OfferedTool, type ServerOffer } from './server-offer.ts';
export { type RedisKeys, rehearseRedis, removeRedisKeys } from './store/redis-keys.ts';
export { installedRedisVersion, startRedisServer } from './store/redis-server.ts';
export { createTopology, type TopologyOptions } from './topology.ts';
export type {
  Balancer,
  Provisioner,
  ReplicaExit,
  ReplicaSignal,
  ReplicaSpec,
  Routing,
  RunningReplica,
  Topology,
} from './types.ts';
export { orAborted } from './waits.ts';
export { type ProcessGuard, startWarden, type TemporaryFolder, type Warden } from './warden.ts';
