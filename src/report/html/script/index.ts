// Script: the page's one script, as a string. Without it the page says the same: charts have their text, exchanges
// open by themselves, and only the buttons are missing.
import { chartsScript } from './charts.ts';
import { copyScript } from './copy.ts';
import { saveScript } from './save.ts';

export const script = `'use strict';
${[copyScript, chartsScript, saveScript].map((part) => `{${part}}`).join('\n')}`;
