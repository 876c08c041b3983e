import type { Results } from '../../verdict/index.ts';
import { type Experiment, experimentOf, headline, plain } from '../findings/index.ts';
import { attention } from './attention.ts';
import { contentSecurityPolicy } from './csp.ts';
import { header } from './header.ts';
import { html, type Markup, trusted } from './markup.ts';
import { matrix } from './matrix.ts';
import { repeatIt } from './repeat-it.ts';
import { scenarioSection } from './scenario-section.ts';
import { script } from './script/index.ts';
import { stylesheet } from './style/index.ts';

/** What the page shows of each run, so that its size stays bounded; `results.json` has the rest. */
function roomFor(runs: number): { exchanges: number; stories: number } {
  return {
    exchanges: Math.max(4, Math.min(24, Math.floor(240 / Math.max(1, runs)))),
    stories: runs > 12 ? 6 : 12,
  };
}

/** One self-contained page: it opens from disk, offline, under a strict content security policy. */
export async function renderHtml(results: Results): Promise<string> {
  const experiment = experimentOf(results);
  const sections: Markup[] = [];
  const room = roomFor(results.runs.length);
  for (const scenario of experiment.scenarios) {
    sections.push(await scenarioSection(scenario, room, results.comparisons));
  }
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${contentSecurityPolicy(stylesheet, script)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="mcp-windtunnel">
<title>${plain(headline(experiment))} · mcp-windtunnel</title>
<link rel="icon" href="data:,">
<style>${trusted(stylesheet)}</style>
</head>
<body>
<main>
${header(results, experiment)}
${matrix(experiment)}
${attention(experiment)}
${contents(experiment)}
${sections}
${repeatIt(results)}
</main>
<script>${trusted(script)}</script>
</body>
</html>
`;
  return page.text;
}

function contents({ scenarios }: Experiment): Markup {
  return html`<nav aria-label="Contents"><ul>${scenarios.map(
    (scenario) => html`<li><a href="#${scenario.id}">${plain(scenario.name)}</a></li>`,
  )}<li><a href="#repeat-it">Repeat it</a></li></ul></nav>`;
}
