/**
 * Values under the pointer, or by the arrow keys: what a chart drew is read from its figure's data block, which
 * is parsed when it is first asked for. Texts are set as text, never as markup.
 */
export const chartsScript = `
const tip = document.body.appendChild(document.createElement('div'));
tip.id = 'tip';
tip.setAttribute('role', 'status');
tip.hidden = true;
const parsed = new Map();
const dataOf = (figure) => {
  if (!parsed.has(figure)) parsed.set(figure, JSON.parse(figure.querySelector('script').textContent));
  return parsed.get(figure);
};
const written = (value, unit) =>
  typeof value !== 'number' ? value
  : unit === '%' ? (value * 100).toFixed(value > 0 && value < 1 ? 1 : 0) + ' %'
  : unit === 'ms' ? (value >= 1000 ? (value / 1000).toPrecision(3) + ' s' : Number(value.toPrecision(3)) + ' ms')
  : Number(value.toFixed(3)).toLocaleString('en') + (unit ? ' ' + unit : '');

const reveal = (target) => {
  for (let node = target; node; node = node.parentElement?.closest('details')) node.open = true;
  target.querySelector('summary').focus();
  target.scrollIntoView({ block: 'center' });
};
for (const link of document.querySelectorAll('a[data-open]')) {
  link.addEventListener('click', (event) => {
    event.preventDefault();
    reveal(document.getElementById(link.hash.slice(1)));
  });
}

for (const plot of document.querySelectorAll('.plot')) {
  const figure = plot.closest('figure');
  const [left, width, low, high, top, height] = plot.dataset.plot.split(' ').map(Number);
  const guide = plot.appendChild(document.createElement('i'));
  guide.className = 'guide';
  guide.hidden = true;
  plot.tabIndex = 0;
  plot.setAttribute('role', 'group');
  plot.setAttribute('aria-label', 'Values of this chart, by the arrow keys');
  let rows, data, at = 0, lane = 0, shown = false;
  const prepare = () => {
    if (rows) return;
    data = dataOf(figure);
    rows = [...data.charts[plot.dataset.chart].rows].sort((a, b) => a[0] - b[0]);
  };
  const lanes = () => data.charts[plot.dataset.chart].lanes;
  const inReach = () => (lanes() ? rows.filter((row) => row[1] === lanes()[lane]) : rows);
  const box = () => plot.querySelector('svg').getBoundingClientRect();
  const scale = () => box().width / plot.querySelector('svg').viewBox.baseVal.width;
  const pixels = (x) => (left + ((x - low) / (high - low)) * width) * scale();
  const hide = () => { tip.hidden = guide.hidden = true; shown = false; };
  const linkOf = (list) => {
    const i = data.columns.findIndex((column) => column.unit === 'link');
    return i < 0 ? null : list.map((row) => row[i + 2]).find(Boolean);
  };
  const show = () => {
    const reach = inReach();
    at = Math.max(0, Math.min(at, reach.length - 1));
    const x = reach[at]?.[0];
    if (x === undefined) return hide();
    const here = reach.filter((row) => row[0] === x);
    tip.replaceChildren();
    const add = (text, tag) => { tip.appendChild(document.createElement(tag)).textContent = text; };
    const heads = [data.x && written(x, data.x.unit), lanes() && here[0][1]].filter(Boolean);
    if (heads.length) add(heads.join(' · '), 'b');
    for (const row of here) {
      const words = data.columns.flatMap(({ label, unit }, i) => {
        const value = row[i + 2];
        return unit === 'link' || value == null ? [] : [(label ? label + ' ' : '') + written(value, unit)];
      });
      if (words.length === 0) words.push('no sample');
      add((row[1] && !lanes() ? row[1] + ': ' : '') + words.join(', '), 'span');
    }
    if (linkOf(here)) add('Click or press Enter for the exchange.', 'em');
    tip.hidden = guide.hidden = false;
    shown = true;
    const { left: boxLeft, top: boxTop, width: boxWidth } = box();
    const px = Math.max(0, Math.min(boxWidth, pixels(x)));
    guide.style.left = px + 'px';
    const wide = document.documentElement.clientWidth;
    tip.style.left = scrollX + Math.max(4, Math.min(boxLeft + px + 12, wide - tip.offsetWidth - 4)) + 'px';
    const y = lanes() ? boxTop + (top + height * (lane + 1)) * scale() + 6 : boxTop - tip.offsetHeight - 4;
    tip.style.top = scrollY + Math.max(4, Math.min(y, innerHeight - tip.offsetHeight - 4)) + 'px';
  };
  const point = (event) => {
    prepare();
    const frame = box();
    const along = (event.clientX - frame.left) / scale();
    if (lanes()) lane = Math.floor(((event.clientY - frame.top) / scale() - top) / height);
    if (lanes() && !lanes()[lane]) return hide();
    const reach = inReach();
    const x = low + ((along - left) / width) * (high - low);
    let best = Infinity;
    reach.forEach((row, i) => {
      const far = Math.abs(row[0] - x);
      if (far < best) { best = far; at = i; }
    });
    if (lanes() && (best / (high - low)) * width > 12) return hide();
    show();
  };
  const follow = () => {
    const reach = inReach();
    const id = linkOf(reach.filter((row) => row[0] === reach[at]?.[0]));
    const target = id && document.getElementById(id);
    if (!target) return;
    hide();
    reveal(target);
  };
  const keys = {
    ArrowRight: () => { const x = inReach()[at]?.[0]; while (inReach()[at]?.[0] === x && at < inReach().length - 1) at += 1; },
    ArrowLeft: () => { const x = inReach()[at]?.[0]; while (inReach()[at]?.[0] === x && at > 0) at -= 1; },
    Home: () => { at = 0; },
    End: () => { at = inReach().length - 1; },
    ArrowDown: () => { if (lanes()) lane = Math.min(lane + 1, lanes().length - 1); },
    ArrowUp: () => { if (lanes()) lane = Math.max(lane - 1, 0); },
  };
  plot.addEventListener('pointermove', point);
  plot.addEventListener('pointerdown', point);
  plot.addEventListener('pointerleave', hide);
  plot.addEventListener('click', () => { if (shown) follow(); });
  plot.addEventListener('focus', () => { if (plot.matches(':focus-visible')) { prepare(); show(); } });
  plot.addEventListener('blur', hide);
  plot.addEventListener('keydown', (event) => {
    prepare();
    if (event.key === 'Escape') return hide();
    if (event.key === 'Enter') return follow();
    if (!keys[event.key] || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    if (shown) keys[event.key]();
    show();
  });
}
`;
