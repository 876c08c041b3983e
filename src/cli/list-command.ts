import { styleText } from 'node:util';
import { exitCodes } from '../core/index.ts';
import { faults } from '../faults/index.ts';
import { listDeployments, listMetrics, listScenarios } from '../scenario/index.ts';
import { soundnessChecks } from '../verdict/index.ts';
import type { Output } from './output.ts';
import { catalog } from './package-info.ts';
import { type Row, renderRows } from './rows.ts';

/** `windtunnel list`: everything that can be named on the command line or in a scenario. */
export function listCommand(options: { json: boolean }, output: Output): number {
  const listing = {
    scenarios: listScenarios(catalog),
    deployments: listDeployments(catalog),
    faults: Object.entries(faults).map(([name, { describe }]) => ({ name, does: describe })),
    metrics: listMetrics(),
    checks: Object.entries(soundnessChecks).map(([name, asks]) => ({ name, asks })),
  };
  if (options.json) process.stdout.write(`${JSON.stringify(listing, null, 2)}\n`);
  else output.out(render(listing, output));
  return exitCodes.ok;
}

function render(
  { scenarios, deployments, faults, metrics, checks }: Listing,
  { columns, colour }: Output,
): string {
  const section = (title: string, rows: Row[]) => [
    colour ? styleText('bold', title, { validateStream: false }) : title,
    ...renderRows(rows, columns),
    '',
  ];
  return [
    ...section(
      'Scenarios: run NAME …',
      scenarios.map(({ name, question }) => [name, question]),
    ),
    ...section(
      'Deployments: --deployment NAME,…',
      deployments.map(({ name, protocol, description }) => [
        name,
        description.includes(protocol) ? description : `${description} (${protocol})`,
      ]),
    ),
    ...section(
      "Faults: in a scenario's `faults`",
      faults.map(({ name, does }) => [name, does]),
    ),
    ...section(
      "Metrics: in a scenario's `expect`",
      metrics.map(({ name, means }) => [name, means]),
    ),
    ...section(
      'Checks of every run',
      checks.map(({ name, asks }) => [name, asks]),
    ),
  ]
    .join('\n')
    .trimEnd();
}

interface Listing {
  scenarios: ReturnType<typeof listScenarios>;
  deployments: ReturnType<typeof listDeployments>;
  faults: { name: string; does: string }[];
  metrics: ReturnType<typeof listMetrics>;
  checks: { name: string; asks: string }[];
}
