import { describe, expect, it } from 'vitest';
import type { TaskStory } from '../../src/measure/index.ts';
import { answer, experimentOf, headline, numberRows } from '../../src/report/findings/index.ts';
import { compileChart, drawChart, taskSurvivalChart, timeAxis } from '../../src/report/html/charts/index.ts';
import { laneOf } from '../../src/report/html/tasks/lane.ts';
import { strip } from '../../src/report/html/tasks/strip.ts';
import { laneWords, outcomeWords } from '../../src/report/html/tasks/words.ts';
import { renderConsole, renderHtml } from '../../src/report/index.ts';
import { exampleResults } from './fixture.ts';
import { taskResults } from './fixture-tasks.ts';
import { manyAnomalies, noTaskAcknowledged, oddTimes, withoutLedger } from './fixture-tasks-extremes.ts';
import { words } from './words.ts';

/** Handed over: r1 made it and did a step, was killed at 500 ms; r2 took it over at 900 ms and committed at 1.4 s. */
const handedOver: TaskStory = {
  opId: 'c3.1',
  client: 'c3',
  taskId: 'a-task',
  anomaly: null,
  fromUs: 1_000_000,
  toUs: 2_600_000,
  outcome: 'ok',
  deeds: [
    { atUs: 1_010_000, what: 'created', replica: 'r1', boot: 1 },
    { atUs: 1_400_000, what: 'step', replica: 'r1', boot: 1, step: 1 },
    { atUs: 1_900_000, what: 'taken-over', replica: 'r2', boot: 1 },
    { atUs: 2_300_000, what: 'step', replica: 'r2', boot: 1, step: 2 },
    { atUs: 2_400_000, what: 'commit', replica: 'r2', boot: 1 },
    { atUs: 2_401_000, what: 'completed', replica: 'r2', boot: 1 },
  ],
  sights: [
    { atUs: 1_015_000, how: 'created', status: null },
    { atUs: 1_500_000, how: 'get', status: 'working' },
    { atUs: 2_000_000, how: 'get', status: null, why: 'unknown-task (200, -32602)' },
    { atUs: 2_600_000, how: 'get', status: 'completed' },
  ],
  ownerEnds: [{ atUs: 1_500_000, replica: 'r1', boot: 1 }],
};
const scale = { endMs: 2000, replicas: ['r1', 'r2'], letter: (name: string) => name.slice(1) };
const drawnOf = (story: TaskStory, faults: Parameters<typeof strip>[1] = [], endMs = 2000) =>
  strip(laneOf(story), faults, { ...scale, endMs }, { label: 'a "label" <in> words', gridId: 'ages' });

describe('the lane of a task', () => {
  it('has a stretch for each process that worked on it, until that ended or had nothing left to do', () => {
    expect(laneOf(handedOver).stretches).toEqual([
      { replica: 'r1', boot: 1, fromMs: 10, toMs: 500, row: 0 },
      { replica: 'r2', boot: 1, fromMs: 900, toMs: 1401, row: 0 },
    ]);
  });

  it('has a second row for a process that works while another one does', () => {
    const ownerEnds: TaskStory['ownerEnds'] = [];
    const late = { atUs: 2_200_000, what: 'step', replica: 'r1', boot: 1, step: 2 } as const;
    const both = laneOf({ ...handedOver, ownerEnds, deeds: [...handedOver.deeds, late] });
    expect(both.stretches.map(({ row }) => row)).toEqual([0, 1]);
    expect(both.marks.find(({ kind }) => kind === 'commit')?.row).toBe(1);
  });

  it('does not work on what is over, however long its process lives', () => {
    const ownerEnds = [{ atUs: 9_000_000, replica: 'r2', boot: 1 }];
    expect(laneOf({ ...handedOver, ownerEnds }).stretches.at(-1)?.toMs).toBe(1401);
  });

  it('marks each sight of its client by what it was', () => {
    const kinds = laneOf(handedOver).marks.filter(({ row }) => row === null);
    expect(kinds.map(({ kind, atMs }) => [kind, atMs])).toEqual([
      ['due', 0],
      ['handle', 15],
      ['asked', 500],
      ['unknown', 1000],
      ['known', 1600],
    ]);
    const seen = (sight: TaskStory['sights'][number]) =>
      laneOf({ ...handedOver, sights: [sight] }).marks.find(({ row, kind }) => row === null && kind !== 'due')
        ?.kind;
    const atUs = 2_000_000;
    expect(seen({ atUs, how: 'notification', status: 'working' })).toBe('told');
    expect(seen({ atUs, how: 'get', status: null, why: 'broken' })).toBe('no-answer');
    expect(seen({ atUs, how: 'cancel', status: 'working' })).toBe('cancel');
    expect(seen({ atUs, how: 'cancel', status: 'cancelled' })).toBe('known');
  });

  it('ends where its client gave up, if it never knew', () => {
    const lane = laneOf({ ...handedOver, sights: handedOver.sights.slice(0, 3) });
    expect(lane.known).toBeNull();
    expect(lane.marks.at(-1)).toMatchObject({ kind: 'gave-up', atMs: 1600 });
    expect(outcomeWords(lane)).toBe('gave up after 1.6 s');
    expect(outcomeWords(laneOf(handedOver))).toBe('completed, known after 1.6 s');
    expect(outcomeWords(laneOf({ ...handedOver, outcome: 'info' }))).toBe(
      'completed, known after 1.6 s, its result never came',
    );
  });

  it('is told in words, in order, with who did it', () => {
    expect(laneWords(laneOf({ ...handedOver, anomaly: 'unknown 1 time, and found again' }))).toBe(
      'Task of c3.1: unknown 1 time, and found again; completed, known after 1.6 s, worked on by 2 processes. ' +
        '0 ms call due; 10 ms stored by the server (r1); 15 ms the client has the handle; 400 ms step 1 (r1); ' +
        '500 ms the process that owned it ended (r1); 500 ms asked: working; 900 ms taken over (r2); ' +
        '1 s asked: unknown-task (200, -32602); 1.3 s step 2 (r2); 1.4 s effect committed (r2); 1.4 s completed (r2); ' +
        '1.6 s asked: completed.',
    );
  });
});

describe('the strip of a task', () => {
  it('places everything in percent of the width, and escapes its label', () => {
    const { markup, kinds } = drawnOf(handedOver);
    expect(markup.text).toMatch(
      /^<svg class="strip" height="38" role="img" aria-label="a &quot;label&quot; &lt;in&gt; words">/,
    );
    expect(markup.text).toContain('<use href="#mark-owner-end" x="25%" y="9"/>');
    expect(markup.text).toContain('<use href="#mark-taken-over" x="45%" y="9"/>');
    expect(markup.text).toContain('<use href="#mark-unknown" x="50%" y="28"/>');
    expect(markup.text).toContain('<use href="#mark-known" x="80%" y="28"/>');
    expect(markup.text).toContain('<line class="gap" x1="25%" x2="45%"');
    expect(new Set(kinds)).toEqual(
      new Set([
        'due',
        'handle',
        'asked',
        'unknown',
        'known',
        'step',
        'owner-end',
        'gap',
        'taken-over',
        'commit',
        'completed',
      ]),
    );
  });

  it('ends the line of its client where that saw the last of it', () => {
    const early = drawnOf({ ...handedOver, toUs: 2_000_000, sights: handedOver.sights.slice(0, 3) });
    expect(early.markup.text).toContain('<line class="life" x2="50%" y1="28" y2="28"/>');
    expect(drawnOf(handedOver).markup.text).toContain('<line class="life" x2="80%"');
  });

  it('shades faults where they fall into the life of the task', () => {
    const fault = { fault: 0, name: 'crash', targets: ['r1'], startMs: 1500, endMs: 2000 };
    expect(drawnOf(handedOver, [fault]).markup.text).toContain('<rect class="fault" x="25%" width="25%"');
    expect(drawnOf(handedOver, [{ ...fault, endMs: null }]).markup.text).toContain('x="25%" width="75%"');
    expect(drawnOf(handedOver, [{ ...fault, startMs: 0, endMs: 900 }]).markup.text).not.toContain(
      'class="fault"',
    );
  });

  it('is cut where it is much longer than the others, and says that it goes on', () => {
    const { markup, kinds } = drawnOf(handedOver, [], 1000);
    expect(kinds).toContain('on');
    expect(kinds).not.toContain('known');
    for (const [, x] of markup.text.matchAll(/ x[12]?="([\d.]+)%"/g))
      expect(Number(x)).toBeLessThanOrEqual(100);
  });

  it('draws no two marks over each other: of dense polls some, of dense unknown ones small boxes', () => {
    const sights = Array.from({ length: 1000 }, (_, i) => ({
      atUs: 1_020_000 + i * 1000,
      how: 'get' as const,
    }));
    const count = (status: 'working' | null, kind: string) =>
      drawnOf({
        ...handedOver,
        sights: sights.map((sight) => ({ ...sight, status, ...(status ? {} : { why: 'unknown-task' }) })),
      }).kinds.filter((one) => one === kind).length;
    expect(count('working', 'asked')).toBeGreaterThan(50);
    expect(count('working', 'asked')).toBeLessThanOrEqual(126);
    expect(count(null, 'unknown')).toBeLessThanOrEqual(23);
    expect(count(null, 'unknown-small')).toBeGreaterThan(50);
  });
});

describe('the page of tasks', () => {
  const figureOf = async (results = taskResults()) =>
    /<figure class="tasks">[\s\S]*?<\/figure>/.exec(await renderHtml(results))?.[0] ?? '';

  it('has a lane for every anomaly and for a sample, with its words', async () => {
    const figure = await figureOf();
    const stories = taskResults().runs.flatMap(({ evidence }) => evidence.tasks.stories);
    expect(figure.match(/<li class="lane">/g)).toHaveLength(stories.length);
    const text = words(figure);
    expect(text).toContain('Single tasks as a timetable: something went wrong with 72 of 240 tasks');
    expect(text).toMatch(
      /c20\.1 due at 2\.\d+ s gave up after [\d.]+ s ! unknown to the server from the end of its owner on/,
    );
    expect(text).toMatch(/c1\.1 due at [\d.]+ ms completed, known after 2\.\d+ s/);
    expect(text).toContain('54 more tasks that went wrong');
    expect(figure.match(/role="img" aria-label="Task of [^"]*\d/g)).toHaveLength(stories.length);
  });

  it('explains the marks that are drawn, and no others', async () => {
    const text = words(await figureOf());
    for (const said of [
      'worked on by r2',
      'asked: task unknown',
      'the process that owned it ended',
      'another replica takes it over',
    ])
      expect(text).toContain(said);
    expect(text).not.toContain('waits for its client');
    expect(words(await figureOf(withoutLedger()))).not.toContain('worked on by');
  });

  it('shows of very many anomalies as many as there is room for, of every kind, and says how many it leaves out', async () => {
    const page = await renderHtml(manyAnomalies());
    expect(page.match(/<li class="lane">/g)).toHaveLength(4 * 200);
    expect(words(page)).toContain(
      'something went wrong with 20,000 of 100,000 tasks; 19,800 of them are not drawn',
    );
    expect(Buffer.byteLength(page)).toBeLessThan(7_000_000);
  });

  it('says that there was no task, and draws what has odd times', async () => {
    expect(words(await figureOf(noTaskAcknowledged()))).toContain(
      'No task in this run, so there is nothing to draw.',
    );
    const odd = await figureOf(oddTimes());
    expect(words(odd)).toMatch(/gave up after 60 m/);
    expect(odd.includes('#mark-on')).toBe(true);
  });

  it('has survival, cost and numbers of tasks', async () => {
    const text = words(await renderHtml(taskResults()));
    expect(text).toContain('Tasks lost: 6 on stateful-tasks-memory, 60 on stateless-tasks-memory');
    expect(text).toMatch(
      /What following a task costs.*stateless-tasks-shared 8\.\d+ \d+ polls of 60 tasks 8 ms 31 ms 3\.1 ms 14 ms/,
    );
    expect(text).toContain('no client listened for notifications');
    expect(text).toMatch(/Tasks lost 6 of 60 10\.0 %; 95 % interval [\d.–]+ % 6 not found again/);
    expect(text).toContain('60 of 60 tasks lost expected');
    expect(text).toContain('tasks in a shared store');
  });

  it('is no different where there are none', async () => {
    const page = await renderHtml(exampleResults());
    for (const trace of ['timetable', 'mark-', 'Tasks lost', 'Polls per task'])
      expect(page).not.toContain(trace);
  });

  it('compares each scenario on the deployments that it is meant for', async () => {
    const { scenarios, deployments } = experimentOf(taskResults({ withOthers: true }));
    expect(deployments).toHaveLength(7);
    expect(scenarios.map(({ cells }) => cells.map(({ deployment }) => deployment.index))).toEqual([
      [0, 1, 2],
      [0, 1, 2],
      [0, 1, 2],
      [3, 4, 5, 6],
    ]);
    const page = await renderHtml(taskResults({ withOthers: true }));
    expect(page.match(/<table class="matrix/g)).toHaveLength(2);
    expect(page).not.toContain('not run');
  });
});

describe('the chart of tasks that survive', () => {
  it('compiles without a warning and begins its shares at zero', async () => {
    for (const { series } of [...taskResults().runs, ...noTaskAcknowledged().runs]) {
      const spec = taskSurvivalChart(series.taskSurvival, timeAxis(3000), 1);
      expect(compileChart(spec).warnings).toEqual([]);
      expect(JSON.stringify(spec)).toContain('"domain":[0,1]');
      expect((await drawChart(spec, 'label')).text).not.toMatch(/NaN|undefined/);
    }
  });
});

describe('what is said of tasks', () => {
  const cells = (results = taskResults()) => experimentOf(results).scenarios.at(-1)?.cells ?? [];

  it('names what each deployment lost, the most first, then the sessions that were lost', () => {
    expect(answer(cells())).toBe(
      'stateless-tasks-memory lost 60 of 60 tasks, stateful-tasks-memory 6 of 60, stateless-tasks-affinity 6 of 60; ' +
        'stateless-tasks-shared lost none. Sessions lost: stateful-tasks-memory 60 of 60.',
    );
  });

  it('does not take nothing seen for nothing lost', () => {
    expect(answer(cells(noTaskAcknowledged()))).toMatch(
      /^stateful-tasks-memory, stateless-tasks-memory and 2 others acknowledged no task\./,
    );
    const [first, ...others] = cells();
    if (!first) throw new Error('the fixture has no cell');
    expect(answer([{ ...first, runs: [] }, ...others])).toContain(
      'stateful-tasks-memory could not be measured',
    );
  });

  it('claims for nobody that no task was lost whose record has no end', () => {
    const results = taskResults();
    for (const run of results.runs) {
      run.checks = [{ id: 'record-complete', verdict: 'unknown', observed: '', limit: '', reason: '' }];
    }
    expect(answer(cells(results))).toContain('; stateless-tasks-shared could not be measured to the end.');
  });

  it('stands beside the sessions in the headline', () => {
    expect(headline(experimentOf(taskResults({ withOthers: true })))).toMatch(
      /^stateful-round-robin lost 180 of 180 sessions, .*lost no state; stateless-tasks-memory lost 60 of 60 tasks, .*shared lost none$/,
    );
  });

  it('is a group of numbers, and none where there is no sample', () => {
    const rows = numberRows(cells());
    const row = (id: string) => rows.find((one) => one.id === id)?.cells ?? [];
    expect(row('task_loss')[1]).toMatchObject({ text: '60 of 60', tone: 'lost' });
    expect(row('task_loss')[1]?.details.join()).toMatch(/\d+ not found again, \d+ not found for a while/);
    expect(row('work_after_cancel')[0]).toEqual({
      text: 'n/a',
      details: ['nothing was cancelled'],
      tone: 'none',
    });
    expect(row('repeated_work_ms')[3]).toMatchObject({ text: '1.08 s', details: ['6 steps of 6 tasks'] });
    const none = numberRows(cells(noTaskAcknowledged()));
    for (const id of ['task_loss', 'polls_per_task', 'commit_to_known_ms.p99'])
      expect(none.find((one) => one.id === id)?.cells[0]).toMatchObject({ text: 'no sample', tone: 'none' });
    expect(
      numberRows(experimentOf(exampleResults()).scenarios[0]?.cells ?? []).some(
        ({ group }) => group === 'Tasks',
      ),
    ).toBe(false);
  });

  it('has its lines in the console table', () => {
    const report = renderConsole(taskResults({ withOthers: true }), { colour: false, columns: 100 });
    expect(report).toMatch(/^tasks lost +6 of 60 \(expected\) +60 of 60 \(expected\)/m);
    expect(report).toMatch(/^polls per task +8\.\d+/m);
    expect(report.match(/^sessions lost/gm)).toHaveLength(5);
    expect(report.match(/^tasks lost/gm)).toHaveLength(2);
  });
});
