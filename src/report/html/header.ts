import type { Results } from '../../verdict/index.ts';
import {
  count,
  duration,
  type Experiment,
  hasTasks,
  headline,
  instant,
  plain,
  plural,
  range,
  tight,
  truncate,
} from '../findings/index.ts';
import { verdictMark } from './icons.ts';
import { html, type Markup } from './markup.ts';

/** What was asked, what came out, and how to read what follows. */
export function header(results: Results, experiment: Experiment): Markup {
  const title = headline(experiment);
  return html`<header>
<p class="kicker">mcp-windtunnel ${truncate(plain(results.tool.version), 40)} · ${instant(results.startedAt)}</p>
<h1>${tight(plain(title))}</h1>
<p class="asked">${tight(asked(experiment))}</p>
${
  results.cutShort === undefined
    ? ''
    : html`<p class="banner"><b>Cut short.</b> ${truncate(plain(results.cutShort), 300)}. What follows is what was measured until then.</p>`
}
<p class="overall">${verdictMark(results.verdict)} ${overallWords(results)}${theoryWords(results)}${doubts(results)}</p>
<p class="how">How to read it: each cell begins with what clients lost; <b class="lost">this colour</b> is loss, expected or not, and the bar its share with the 95 % interval. <i>Available</i> is the share of
operations that were ok at the first attempt → after the client's own recovery.${knownWords(experiment)} The mark at the foot says whether the run came out as its scenario had declared.</p>
</header>`;
}

/** What the cells of scenarios with tasks say beside it. */
function knownWords({ scenarios }: Experiment): Markup | '' {
  if (!hasTasks(scenarios.flatMap(({ cells }) => cells))) return '';
  return html` Of tasks, <i>Twice</i> is how many operations were executed more than once, and <i>Known p99</i> the time from a task's commit until its client knew the end.`;
}

function asked(experiment: Experiment): string {
  const { scenarios, deployments, repeats } = experiment;
  const plans = scenarios.flatMap((scenario) => (scenario.plan ? [scenario.plan] : []));
  const scope = [
    plural(scenarios.length, 'scenario'),
    'on',
    plural(deployments.length, 'deployment'),
    ...(repeats > 1 ? [`, ${repeats} times each`] : []),
  ];
  const question = scenarios.length === 1 ? plain(scenarios[0]?.question ?? '') : '';
  const sizes =
    plans.length === 0
      ? ''
      : ` ${range(
          plans.map((plan) => plan.workload.sessions),
          count,
        )} clients, ${range(
          plans.map((plan) => plan.workload.ratePerSecond),
          (rate) => String(Number(rate.toPrecision(3))),
        )} operations/s, ${range(
          plans.map((plan) => plan.durationMs),
          duration,
        )}${plans.length > 1 ? ' each' : ''}.`;
  return `${question} ${scope.join(' ').replace(' ,', ',')}.${sizes}`.trim();
}

function doubts({ runs }: Results): string {
  const n = runs.reduce((sum, run) => sum + run.warnings.length, 0);
  return n === 0 ? '' : ` ${plural(n, 'doubt')} about the measurement: see below.`;
}

/** How what was measured relates to what arithmetic says. */
function theoryWords({ runs }: Results): Markup | '' {
  const all = runs.flatMap((run) => run.predictions);
  const judged = all.filter(({ verdict }) => verdict !== 'unknown');
  if (judged.length === 0) return '';
  const differ = judged.filter(({ verdict }) => verdict === 'fail').length;
  const open = all.length - judged.length;
  const rest = open > 0 ? `; ${count(open)} could not be judged` : '';
  if (differ === 0)
    return html` What theory predicts came out, ${count(judged.length)} of ${count(judged.length)} times${rest}.`;
  return html` <b class="differs">${count(differ)} of ${plural(judged.length, 'prediction')} of theory did not come out.</b>`;
}

function overallWords({ runs, verdict }: Results): string {
  const checks = runs.flatMap((run) => run.checks);
  const by = (wanted: string) => checks.filter((check) => check.verdict === wanted).length;
  const of = plural(checks.length, 'check');
  switch (verdict) {
    case 'pass':
      return `Everything came out as the scenarios had declared: all ${of} hold.`;
    case 'fail':
      return `${count(by('fail'))} of ${of} failed${by('unknown') > 0 ? `, ${count(by('unknown'))} could not be judged` : ''}.`;
    case 'unknown':
      return `${count(by('unknown'))} of ${of} could not be judged${by('fail') > 0 ? `, ${count(by('fail'))} failed` : ''}.`;
  }
}
