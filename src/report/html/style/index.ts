// Style: the page's one stylesheet, in light and dark; as strings, so that the report needs no file.
// It is restrained on purpose: the numbers speak.
import { baseStyle } from './base.ts';
import { coloursStyle } from './colours.ts';
import { figuresStyle } from './figures.ts';
import { matrixStyle } from './matrix.ts';
import { printStyle } from './print.ts';
import { tablesStyle } from './tables.ts';

export const stylesheet = [coloursStyle, baseStyle, matrixStyle, figuresStyle, tablesStyle, printStyle]
  .join('\n')
  .replace(/\n\s*/g, '\n');
