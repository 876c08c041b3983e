import { None, parse, View } from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';
import { escapeHtml, type Markup, trusted } from '../markup.ts';

/** Draws a spec as inline SVG; `label` says its main numbers in words, for those who do not see it. */
export async function drawChart(spec: TopLevelSpec, label: string, className = 'chart'): Promise<Markup> {
  const view = new View(parse(compileChart(spec).spec), { renderer: 'none', logLevel: None });
  const drawn = await view.toSVG();
  view.finalize();
  const [, width, height] = /viewBox="0 0 (\S+) (\S+)"/.exec(drawn) ?? [];
  const inner = drawn.slice(drawn.indexOf('>') + 1, drawn.lastIndexOf('</svg>'));
  const open = `<svg class="${className}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeHtml(label)}">`;
  return trusted(`${open}${slim(inner)}</svg>`);
}

/** From vega-lite to vega. What it warns of is a mistake in a spec; the tests want none. */
export function compileChart(spec: TopLevelSpec): {
  spec: ReturnType<typeof compile>['spec'];
  warnings: string[];
} {
  const warnings: string[] = [];
  const note = (...words: readonly unknown[]) => {
    warnings.push(words.join(' '));
    return logger;
  };
  const logger = {
    level: () => logger,
    error: note,
    warn: note,
    info: () => logger,
    debug: () => logger,
  };
  const compiled = compile(spec, { logger: logger as never });
  return { spec: compiled.spec, warnings };
}

/**
 * Vega writes for every use; here the SVG is inline, drawn once and labelled as a whole. What is left out
 * takes half of the bytes. Text is untouched: in it `<` and `>` are escaped, so it never looks like a tag.
 */
function slim(svg: string): string {
  return svg
    .replace(/<path class="(?:background|foreground)"[^>]*\/>/g, '')
    .replace(/<[^>]+>/g, (tag) =>
      tag
        .replace(/ (?:class|role|aria-[a-z]+|pointer-events|font-family|stroke-miterlimit)="[^"]*"/g, '')
        .replace(/ opacity="1"| transform="translate\(0,0\)"/g, '')
        .replace(/(\d)px"/g, '$1"')
        .replace(/-?\d+\.\d{2,}/g, (number) => String(Number(Number(number).toFixed(1))))
        .replace(/^<text([^>]*) transform="translate\(([^,"]*),([^)"]*)\)"/, '<text$1 x="$2" y="$3"'),
    )
    .replace(/<g>(?:<g><\/g>)*<\/g>/g, '')
    .replace(leaves, (group, open: string, inner: string) => hoisted(open, inner) ?? group);
}

/** A group of nothing but marks. */
const leaves =
  /<g([^>]*)>((?:<(?:text|line|path|rect)(?: [^>]*)?(?:\/>|>[^<]*<\/(?:text|line|path|rect)>)){3,})<\/g>/g;
/** What belongs to one mark alone, or is not inherited. */
const ownAttributes = new Set(['d', 'x', 'y', 'x2', 'y2', 'width', 'height', 'transform', 'opacity']);

/** What all marks of a group have in common is said once, on the group. */
function hoisted(open: string, inner: string): string | undefined {
  const tags = inner.match(/<(?!\/)[^>]+>/g) ?? [];
  const [first = '', ...others] = tags;
  const common = (first.match(/ [\w-]+="[^"]*"/g) ?? []).filter((attribute) => {
    const name = attribute.slice(1, attribute.indexOf('='));
    if (ownAttributes.has(name) || open.includes(` ${name}=`)) return false;
    return others.every((tag) => tag.includes(attribute));
  });
  if (common.length === 0) return undefined;
  const bare = inner.replace(/<(?!\/)[^>]+>/g, (tag) =>
    common.reduce((rest, attribute) => rest.replace(attribute, ''), tag),
  );
  return `<g${open}${common.join('')}>${bare}</g>`;
}
