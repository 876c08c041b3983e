// Topology: provisioners, replicas, the balancer and its upstreams; readiness and certain clean-up.
// The engine knows what is here by these interfaces only.
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
