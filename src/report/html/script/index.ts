// Script: the page's one script, as a string. Without it the page says the same: charts have their text, exchanges
// open by themselves, and only the buttons are missing.
import { chartsScript } from './charts.ts';
import { copyScript } from './copy.ts';
import { saveScript } from './save.ts';
import { timetableScript } from './timetable.ts';

/** `tasks`: the page has a timetable. */
export function scriptFor({ tasks }: { tasks: boolean }): string {
  const parts = [copyScript, chartsScript, saveScript, ...(tasks ? [timetableScript] : [])];
  return `'use strict';
${parts.map((part) => `{${part}}`).join('\n')}`;
}
