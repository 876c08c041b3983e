// Charts: pure functions from series to vega-lite specs, one file per chart, and their drawing as inline SVG.
// Panels of one figure share their scales and their room for fault labels, so that they can be compared.
export { availabilityChart } from './availability.ts';
export { roomForFaults } from './fault-layers.ts';
export { latencyChart } from './latency.ts';
export { lanesMax, loadChart, loadMaxPerSecond, replicasOf } from './load.ts';
export { logAxis } from './log-axis.ts';
export { curveOf, type PercentileCurve, percentilesChart, percentilesPlot, spread } from './percentiles.ts';
export { laneHeight, storiesChart } from './stories.ts';
export { lanesOf, letterOf, lossLetters, replicasIn } from './story-lanes.ts';
export { survivalChart } from './survival.ts';
export { compileChart, drawChart } from './svg.ts';
export { taskSurvivalChart } from './task-survival.ts';
export { deploymentColours, panelPadding, plotWidth } from './theme.ts';
export { thinLoad, thinWindows, windowsPerPoint } from './thin.ts';
export { type TimeAxis, timeAxis } from './time-axis.ts';
