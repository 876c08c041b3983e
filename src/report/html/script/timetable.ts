/**
 * Marks of a timetable under the pointer, or by the arrow keys: each lane is a strip of its own, as wide as there is
 * room. Only on pages that have one; the element that says the values is that of the charts.
 */
export const timetableScript = `
const tip = document.getElementById('tip');
const seconds = (value) => (value < 1 ? Number((value * 1000).toPrecision(3)) + ' ms' : Number(value.toPrecision(3)) + ' s');
for (const table of document.querySelectorAll('.timetable[data-chart]')) {
  const end = Number(table.dataset.end);
  const lanes = [...table.querySelectorAll('li.lane')];
  table.tabIndex = 0;
  table.setAttribute('role', 'group');
  table.setAttribute('aria-label', 'Marks of this timetable, by the arrow keys');
  let chart, rows = [], lane = 0, at = 0, shown = false;
  const take = (next) => {
    chart ??= JSON.parse(table.closest('figure').querySelector('script').textContent).charts[table.dataset.chart];
    lane = next;
    rows = chart.rows.filter((row) => row[1] === chart.lanes[lane]).sort((a, b) => a[0] - b[0]);
  };
  const mark = (on) => { for (const one of table.querySelectorAll('.now')) one.classList.remove('now'); if (on) lanes[lane].classList.add('now'); };
  const hide = () => { tip.hidden = true; shown = false; mark(false); };
  const box = () => lanes[lane].querySelector('.strip').getBoundingClientRect();
  const show = () => {
    at = Math.max(0, Math.min(at, rows.length - 1));
    const x = rows[at]?.[0];
    if (x === undefined) return hide();
    tip.replaceChildren();
    const add = (text, tag) => { tip.appendChild(document.createElement(tag)).textContent = text; };
    add(seconds(x) + ' after it was due · ' + chart.lanes[lane], 'b');
    for (const [, , what, by, task, , anomaly] of rows.filter((row) => row[0] === x)) {
      add(what + (by ? ', ' + by : ''), 'span');
      if (task) add('task ' + task, 'span');
      if (anomaly) add(anomaly, 'span');
    }
    tip.hidden = false;
    shown = true;
    mark(true);
    const { left, bottom, width } = box();
    const px = left + Math.min(1, x / end) * width;
    tip.style.left = scrollX + Math.max(4, Math.min(px + 12, document.documentElement.clientWidth - tip.offsetWidth - 4)) + 'px';
    tip.style.top = scrollY + Math.max(4, Math.min(bottom + 6, innerHeight - tip.offsetHeight - 4)) + 'px';
  };
  const point = (event) => {
    const under = lanes.indexOf(event.target.closest('li.lane'));
    if (under < 0) return hide();
    take(under);
    const { left, width } = box();
    const far = (row) => Math.abs(left + (row[0] / end) * width - event.clientX);
    at = 0;
    rows.forEach((row, i) => { if (far(row) < far(rows[at])) at = i; });
    if (rows.length === 0 || far(rows[at]) > 14) return hide();
    show();
  };
  const step = (by) => { const x = rows[at]?.[0]; while (rows[at]?.[0] === x && rows[at + by]) at += by; };
  const turn = (by) => {
    let next = lane + by;
    while (lanes[next] && lanes[next].closest('details:not([open])')) next += by;
    if (lanes[next]) take(next);
    lanes[lane].scrollIntoView({ block: 'nearest' });
  };
  const keys = {
    ArrowRight: () => step(1),
    ArrowLeft: () => step(-1),
    Home: () => { at = 0; },
    End: () => { at = rows.length - 1; },
    ArrowDown: () => turn(1),
    ArrowUp: () => turn(-1),
  };
  table.addEventListener('pointermove', point);
  table.addEventListener('pointerdown', point);
  table.addEventListener('pointerleave', hide);
  table.addEventListener('focus', () => { if (table.matches(':focus-visible')) { take(lane); show(); } });
  table.addEventListener('blur', hide);
  table.addEventListener('keydown', (event) => {
    if (event.target !== table) return;
    if (event.key === 'Escape') return hide();
    if (!keys[event.key] || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    take(lane);
    if (shown) keys[event.key]();
    show();
  });
}
`;
