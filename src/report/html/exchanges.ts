import { type Exchange, type Place, spreadOver } from '../../measure/index.ts';
import { type Cell, count, duration, plain, plural, type ScenarioView, truncate } from '../findings/index.ts';
import { html, type Markup } from './markup.ts';
import { nameWithSwatch } from './matrix.ts';
import type { AnchorOf } from './story-figure.ts';

/** More of a body than this is left to `results.json`. */
const bodyCharactersMax = 1600;
const headersMax = 24;

const causes: Record<string, string> = {
  crash: 'session lost with its process',
  misroute: 'session lost by a misroute',
  expiry: 'session lost by expiry',
  unattributed: 'session lost, cause unknown',
  'state-missing': 'application state missing',
};

/**
 * The exact exchanges behind losses and failures, each closed until it is asked for. `anchorOf` finds one by
 * its request id, `exampleOf` one that failed in a certain way.
 */
export function exchangeLists(
  scenario: ScenarioView,
  exchangesMax: number,
): { exchanges: Markup | ''; anchorOf: AnchorOf; exampleOf: AnchorOf } {
  const lists = scenario.cells.map((cell) => ({ cell, shown: chosen(cell, exchangesMax) }));
  const anchor = (cell: Cell, i: number) => `${scenario.id}-d${cell.deployment.index + 1}-exchange-${i + 1}`;
  const find = (deploymentIndex: number, matches: (exchange: Exchange) => boolean) => {
    const list = lists.find(({ cell }) => cell.deployment.index === deploymentIndex);
    const i = list?.shown.findIndex(matches) ?? -1;
    return list && i >= 0 ? anchor(list.cell, i) : null;
  };
  const anchorOf: AnchorOf = (index, requestId) => find(index, (one) => one.requestId === requestId);
  const exampleOf: AnchorOf = (index, kind) => find(index, (one) => one.failure?.kind === kind);
  if (lists.every(({ shown }) => shown.length === 0)) return { exchanges: '', anchorOf, exampleOf };
  const exchanges = html`<div class="exchanges"><h3>The exchanges behind the losses</h3>
<p class="note">Request and answer as they went over the wire, the replica that the balancer chose, and what the servers' ledger says of the operation. Every kind is here, not every one.</p>
${lists
  .filter(({ shown }) => shown.length > 0)
  .map(
    ({ cell, shown }) => html`<details class="exchange-list"><summary>${nameWithSwatch(cell.deployment)}
<span>${shownOf(cell, shown)}</span></summary>${shown.map((exchange, i) => details(exchange, anchor(cell, i), cell))}</details>`,
  )}</div>`;
  return { exchanges, anchorOf, exampleOf };
}

/** As many as fit on the page; every kind stays represented. */
function chosen(cell: Cell, max: number): Exchange[] {
  return spreadOver(cell.runs[0]?.evidence.exchanges ?? [], (exchange) => exchange.about, max);
}

/** `8 exchanges: 6 × session lost with its process, 2 × broken`. */
function shownOf(cell: Cell, shown: Exchange[]): string {
  const all = cell.runs[0]?.evidence.exchanges.length ?? 0;
  const kinds = new Map<string, number>();
  for (const { about } of shown) kinds.set(about, (kinds.get(about) ?? 0) + 1);
  const words = [...kinds].map(([about, n]) => `${n} × ${causes[about] ?? truncate(plain(about), 40)}`);
  const more = all > shown.length ? `; ${count(all)} in results.json` : '';
  return `${plural(shown.length, 'exchange')}: ${words.join(', ')}${more}`;
}

function details(exchange: Exchange, id: string, cell: Cell): Markup {
  const { answer, failure, asked, client, about, atMs } = exchange;
  const came = answer ? `HTTP ${answer.status}` : (failure?.kind ?? 'no answer');
  const what = causes[about] ?? about;
  return html`<details class="exchange" id="${id}"><summary><b>${duration(atMs)}</b> ${plain(client)}: ${plain(what)}
<span><code>${truncate(plain(asked), 60)}</code> → ${came}</span></summary>
<dl class="facts">${facts(exchange, cell).map(([term, words]) => html`<div><dt>${term}</dt><dd>${words}</dd></div>`)}</dl>
<h4>Request</h4>
<pre tabindex="0"><code>${message(`${exchange.request.method} ${exchange.request.path}`, exchange.request)}</code></pre>
<h4>Answer</h4>
${
  answer
    ? html`<pre tabindex="0"><code>${message(`HTTP ${answer.status}`, answer)}</code></pre>`
    : html`<p class="empty">None: ${truncate(plain(failure?.message ?? failure?.kind ?? 'nothing came'), 240)}</p>`
}</details>`;
}

function facts(exchange: Exchange, cell: Cell): [string, Markup | string][] {
  const { replica, owner, opId, ledger, atMs, tookMs, failure, requestId } = exchange;
  const noLedger = cell.runs[0]?.evidence.noLedger;
  const said = (ledger ?? []).map(
    (entry) => html`<li><b>${entry.event}</b> on ${place(entry)} at ${duration(entry.atMs)}</li>`,
  );
  const failed = [failure?.kind, failure?.code, failure?.message].filter((part) => part !== undefined);
  return [
    [
      'Sent',
      `${duration(atMs)} into the run, answered after ${duration(tookMs)}, request ${plain(requestId)}`,
    ],
    ['Went to', replica ? place(replica) : 'no replica that the balancer recorded'],
    ...(owner
      ? [
          ['Session of', `${place(owner)}, ${owner.gone ? 'which was gone by then' : 'which was alive'}`] as [
            string,
            string,
          ],
        ]
      : []),
    ['Judged as', truncate(plain(failed.join(' · ') || 'answered'), 300)],
    [
      'Ledger',
      noLedger
        ? plain(noLedger)
        : opId === null
          ? 'no operation of the application was asked for'
          : ledger === null
            ? 'not kept of this client: results.json has a bound'
            : said.length === 0
              ? `nothing: no server began ${plain(opId)}`
              : html`<ul>${said}</ul>`,
    ],
  ];
}

function place({ replica, boot }: Place): string {
  return boot === null ? plain(replica) : `${plain(replica)}, its process no. ${boot}`;
}

/** As it went over the wire, with a body of JSON indented. */
function message(
  first: string,
  { headers, body, bodyBytes }: { headers: [string, string][]; body: string; bodyBytes?: number },
): string {
  const lines = headers
    .slice(0, headersMax)
    .map(([name, value]) => `${plain(name)}: ${truncate(plain(value), 300)}`);
  const more = headers.length > headersMax ? [`… ${headers.length - headersMax} more headers`] : [];
  const long = bodyBytes === undefined ? [] : [`… of ${count(bodyBytes)} bytes`];
  return [
    truncate(plain(first), 300),
    ...lines,
    ...more,
    '',
    truncate(visible(indented(body)), bodyCharactersMax),
    ...long,
  ]
    .join('\n')
    .trimEnd();
}

function indented(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}

/** As `plain`, but it keeps the lines. */
export function visible(text: string): string {
  return text
    .split(/\r?\n/)
    .map((line) => line.replace(/[\p{Cc}\p{Cf}]/gu, ' '))
    .join('\n');
}
