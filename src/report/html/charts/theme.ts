import type { TopLevelSpec } from 'vega-lite';

/** What all charts share. Colours are custom properties of the page, so that charts follow its theme. */

export const ink = 'var(--ink)';
export const inkSoft = 'var(--ink-soft)';
export const paper = 'var(--paper)';
export const grid = 'var(--grid)';
export const lossColour = 'var(--loss)';
export const faultColour = 'var(--fault)';

/** How many deployments have a colour of their own. */
export const deploymentColours = 8;

/** One fixed colour per deployment, throughout the report. */
export function colourOf(deploymentIndex: number): string {
  return `var(--d${deploymentIndex % deploymentColours})`;
}

/** Of a panel: one of several small charts on one scale. In pixels at its natural size. */
const panelWidth = 380;
export const panelPadding = { left: 48, right: 30, bottom: 24 } as const;
export const plotWidth = panelWidth - panelPadding.left - panelPadding.right;
export const fontSize = 11.5;

/** Wide enough for the letters of this page's fonts; the charts are laid out without measuring text. */
export function textWidth(text: string): number {
  return [...text].length * fontSize * 0.58;
}

export type Layer = Extract<TopLevelSpec, { layer: unknown }>['layer'][number];

type Encoding = NonNullable<Extract<TopLevelSpec, { mark: unknown; encoding?: unknown }>['encoding']>;
/** What a layer maps to x or y. Layers that share one such object share one axis. */
export type Position = NonNullable<Encoding['x']>;

export interface Frame {
  width: number;
  height: number;
  padding: { left: number; right: number; top: number; bottom: number };
}

/** Puts layers into a frame of fixed size, so that panels beside each other align. */
export function framed(frame: Frame, layer: Layer[]): TopLevelSpec {
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    ...frame,
    autosize: { type: 'none' },
    background: undefined as never,
    layer,
    config: {
      aria: false,
      font: 'sans-serif',
      background: null as never,
      view: { stroke: null },
      text: { fontSize },
      axis: {
        title: null,
        domain: false,
        ticks: false,
        labelColor: inkSoft,
        labelFontSize: fontSize,
        labelOverlap: false,
        labelPadding: 6,
        gridColor: grid,
      },
      axisX: {
        grid: false,
        domain: true,
        domainColor: inkSoft,
        ticks: true,
        tickColor: inkSoft,
        tickSize: 4,
      },
    },
  };
}
