// Tasks: what a page shows of long work that has a handle: a timetable, how long tasks survive, what following costs.
// Pages without tasks have none of it, nor its style and script.
export { costTable } from './cost-table.ts';
export { markShapes } from './marks.ts';
export { taskSurvivalFigure } from './survival-figure.ts';
export { timetableFigure } from './timetable.ts';
