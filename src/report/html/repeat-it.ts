import { stringify } from 'yaml';
import type { Results } from '../../verdict/index.ts';
import { bytes, instant, plain } from '../findings/index.ts';
import { visible } from './exchanges.ts';
import { html, type Markup } from './markup.ts';

/** All that is needed to run the experiment again. */
export function repeatIt(results: Results): Markup {
  const { environment, tool } = results;
  const packages = Object.entries(environment.packages)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, version]) => `${plain(name)} ${plain(version)}`);
  const facts: [string, string][] = [
    ['Seed', String(results.seed)],
    ['Started', instant(results.startedAt)],
    [
      'Versions',
      [`mcp-windtunnel ${plain(tool.version)}`, `Node ${plain(environment.node)}`, ...packages].join(', '),
    ],
    [
      'Machine',
      `${plain(environment.cpu)}, ${environment.cores} cores, ${bytes(environment.memoryBytes)}, ${plain(environment.os)}`,
    ],
    ...(environment.engine
      ? [['Containers', engineText(environment.engine)] satisfies [string, string]]
      : []),
  ];
  return html`<section id="repeat-it"><h2>Repeat it</h2>
<div class="command"><pre><code id="command">${plain(results.command)}</code></pre><button type="button" data-copy="command" hidden>Copy</button></div>
<dl class="facts">${facts.map(([term, words]) => html`<div><dt>${term}</dt><dd>${words}</dd></div>`)}</dl>
<h3>What was asked, with every default filled in</h3>
${results.scenarios.map((scenario) => source(`Scenario ${plain(scenario.name)}`, scenario))}
${source('Deployments', results.deployments)}
</section>`;
}

function engineText(engine: NonNullable<Results['environment']['engine']>): string {
  const { name, version, apiVersion, isRootless, cgroupVersion } = engine;
  const root = isRootless ? 'rootless' : 'with root';
  return `${plain(name)} ${plain(version)} (API ${plain(apiVersion)}), ${root}, control groups of version ${cgroupVersion}`;
}

function source(title: string, value: unknown): Markup {
  return html`<details class="source"><summary>${title}</summary><pre><code>${visible(stringify(value, { lineWidth: 100 }))}</code></pre></details>`;
}
