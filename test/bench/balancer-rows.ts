import { benchBalancer } from './balancer.ts';
import type { Row } from './rows.ts';

export async function balancerRows(): Promise<Row[]> {
  const rows: Row[] = [];
  for (const upstream of ['trivial', 'stateless-v2 echo'] as const) {
    const seen = await benchBalancer(upstream);
    rows.push({
      id: upstream === 'trivial' ? 'balancer-trivial' : 'balancer-server',
      what: `throughput of the embedded balancer ÷ nginx’s with one worker; upstream: ${upstream}`,
      value: seen.ratio,
      unit: '×',
      bound: { atLeast: 0.7 },
      details: {
        'ours /s': seen.embeddedPerSecond,
        'nginx /s': seen.nginxPerSecond,
        'direct /s': seen.directPerSecond,
        'ours CPU µs': seen.embeddedCpuUs,
        'nginx CPU µs': seen.nginxCpuUs,
        'adds at low rate, µs': seen.embeddedAddsUs,
        failed: seen.failed,
      },
    });
  }
  return rows;
}
