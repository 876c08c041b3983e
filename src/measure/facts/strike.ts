/** A fault that takes replicas away. */
export interface Strike {
  name: string;
  atUs: number;
  targets: readonly string[];
}

/** The replicas that the balancer used from then on. */
export type Upstreams = readonly { atUs: number; replicas: readonly string[] }[];

/** When each target of a fault left the balancer or got the signal that ends it, whichever was first. */
export function leftAt(
  fault: Strike,
  upstreams: Upstreams,
  ends: readonly { replica: string; atUs: number }[],
): Map<string, number> {
  const left = new Map<string, number>();
  for (const replica of fault.targets) {
    const out = upstreams.find((change) => change.atUs >= fault.atUs && !change.replicas.includes(replica));
    const end = ends.find((one) => one.replica === replica && one.atUs >= fault.atUs);
    const atUs = Math.min(out?.atUs ?? Number.POSITIVE_INFINITY, end?.atUs ?? Number.POSITIVE_INFINITY);
    if (atUs < Number.POSITIVE_INFINITY) left.set(replica, atUs);
  }
  return left;
}
