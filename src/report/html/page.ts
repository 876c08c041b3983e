import type { Results } from '../../verdict/index.ts';
import { type Experiment, experimentOf, hasTasks, headline, plain } from '../findings/index.ts';
import { attention } from './attention.ts';
import { contentSecurityPolicy } from './csp.ts';
import { header } from './header.ts';
import { html, type Markup, trusted } from './markup.ts';
import { matrices } from './matrix.ts';
import { repeatIt } from './repeat-it.ts';
import { type Room, scenarioSection } from './scenario-section.ts';
import { scriptFor } from './script/index.ts';
import { stylesheetFor } from './style/index.ts';
import { markShapes } from './tasks/index.ts';

/** What the page shows of each run, so that its size stays bounded; `results.json` has the rest. */
function roomFor(runs: number): Room {
  return {
    exchanges: Math.max(4, Math.min(24, Math.floor(240 / Math.max(1, runs)))),
    stories: runs > 12 ? 6 : 12,
    tasks: Math.max(12, Math.min(200, Math.floor(800 / Math.max(1, runs)))),
  };
}

/** One self-contained page: it opens from disk, offline, under a strict content security policy. */
export async function renderHtml(results: Results): Promise<string> {
  const experiment = experimentOf(results);
  const sections: Markup[] = [];
  const room = roomFor(results.runs.length);
  const tasks = hasTasks(experiment.scenarios.flatMap((scenario) => scenario.cells));
  const script = scriptFor({ tasks });
  const stylesheet = stylesheetFor({ tasks });
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
<body>${tasks ? html`\n${markShapes()}` : ''}
<main>
${header(results, experiment)}
${matrices(experiment)}
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
