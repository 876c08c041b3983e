/**
 * Downloads: a figure's data as CSV (RFC 4180), and its charts as one SVG with colours filled in. A text that a
 * spreadsheet would take for a formula gets an apostrophe (OWASP, "CSV injection").
 */
export const saveScript = `
const save = (name, type, text) => {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
};
const cell = (value) => {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number') return String(value);
  const safe = /^[=+@\\t\\r-]/.test(value) ? "'" + value : value;
  return /[",\\r\\n]/.test(safe) ? '"' + safe.replaceAll('"', '""') + '"' : safe;
};
const csvOf = ({ x, series, columns, charts }) => {
  const kept = columns.flatMap((column, i) => (column.unit === 'link' ? [] : [i]));
  const several = charts.some((chart) => chart.of !== null);
  const head = [several && 'deployment', x && x.name, series, ...kept.map((i) => columns[i].name)];
  const lines = charts.flatMap(({ of, rows }) =>
    rows.map((row) => [...(several ? [of] : []), ...(x ? [row[0]] : []), ...(series ? [row[1]] : []), ...kept.map((i) => row[i + 2])]));
  return [head.filter(Boolean), ...lines].map((line) => line.map(cell).join(',') + '\\r\\n').join('');
};
const svgOf = (figure, charts) => {
  const ns = 'http://www.w3.org/2000/svg';
  const make = (parent, name, attributes, text) => {
    const node = parent.appendChild(document.createElementNS(ns, name));
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    if (text) node.textContent = text;
    return node;
  };
  const root = document.createElementNS(ns, 'svg');
  make(root, 'title', {}, figure.querySelector('h3').textContent);
  make(root, 'rect', { width: '100%', height: '100%', fill: 'var(--paper)' });
  let x = 12, height = 0;
  const drawn = [...figure.querySelectorAll('.plot svg')];
  const seen = drawn.filter((svg) => svg.getClientRects().length > 0);
  for (const svg of seen.length ? seen : drawn) {
    const { width: w, height: h } = svg.viewBox.baseVal;
    const name = charts[svg.closest('.plot').dataset.chart].of;
    make(root, 'text', { x, y: 22, 'font-size': 13, 'font-weight': 'bold', fill: 'var(--ink)' }, name ?? '');
    const copy = root.appendChild(svg.cloneNode(true));
    for (const [key, value] of Object.entries({ x, y: 32, width: w, height: h, overflow: 'visible' })) copy.setAttribute(key, value);
    x += w + 16;
    height = Math.max(height, h + 44);
  }
  for (const [key, value] of Object.entries({ width: x, height, viewBox: '0 0 ' + x + ' ' + height, 'font-family': 'sans-serif' }))
    root.setAttribute(key, value);
  const style = getComputedStyle(document.documentElement);
  return new XMLSerializer().serializeToString(root)
    .replace(/var\\((--[\\w-]+)\\)/g, (_, name) => style.getPropertyValue(name).trim());
};
for (const button of document.querySelectorAll('button[data-save]')) {
  const figure = button.closest('figure');
  button.hidden = false;
  button.addEventListener('click', () => {
    const data = JSON.parse(figure.querySelector('script').textContent);
    if (button.dataset.save === 'csv') save(data.file + '.csv', 'text/csv;charset=utf-8', csvOf(data));
    else save(data.file + '.svg', 'image/svg+xml', svgOf(figure, data.charts));
  });
}
`;
