// Style: the page's one stylesheet, in light and dark; as strings, so that the report needs no file.
// It is restrained on purpose: the numbers speak.
import { baseStyle } from './base.ts';
import { coloursStyle } from './colours.ts';
import { figuresStyle } from './figures.ts';
import { matrixStyle } from './matrix.ts';
import { printStyle } from './print.ts';
import { tablesStyle } from './tables.ts';
import { tasksStyle } from './tasks.ts';

/** `tasks`: the page has a timetable. */
export function stylesheetFor({ tasks }: { tasks: boolean }): string {
  const parts = [coloursStyle, baseStyle, matrixStyle, figuresStyle, tablesStyle, printStyle];
  return [...parts, ...(tasks ? [tasksStyle] : [])].join('\n').replace(/\n\s*/g, '\n');
}
