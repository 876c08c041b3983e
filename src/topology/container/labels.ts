/** What every container, network and image layer of ours carries, so that it can be found and its owner be judged. */
export const labels = {
  /** What it is for: replica, balancer, store, network, image, check, hold, filler. */
  part: 'io.mcp-windtunnel.part',
  /** The harness that made it, as `ownerToken` says. */
  owner: 'io.mcp-windtunnel.owner',
  /** The run that it belongs to. */
  run: 'io.mcp-windtunnel.run',
  /** Of an image that is to be rolled out over another of the same content. */
  version: 'io.mcp-windtunnel.version',
} as const;

/** The name of our images; their tag says their content. */
export const imageRepository = 'mcp-windtunnel';
