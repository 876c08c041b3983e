import { deploymentColours } from '../charts/index.ts';

/**
 * Deployments have the colours of Okabe and Ito (2008), told apart by colour-blind readers too, shifted a
 * little for contrast on each ground. Their vermillion is kept for loss and for nothing else.
 */
const light = {
  paper: '#ffffff',
  raised: '#f5f6f8',
  ink: '#1a1e24',
  'ink-soft': '#58616c',
  grid: '#e3e6ea',
  line: '#cfd4da',
  link: '#0b5cad',
  fault: '#6f6390',
  loss: '#c23b00',
  pass: '#17703f',
  fail: '#ad1a2c',
  d0: '#0072b2',
  d1: '#c98500',
  d2: '#009e73',
  d3: '#b8578f',
  d4: '#3d9bd1',
  d5: '#8f8200',
  d6: '#5b6470',
  d7: '#8a5a2b',
};

const dark: typeof light = {
  paper: '#14171b',
  raised: '#1c2026',
  ink: '#e8eaed',
  'ink-soft': '#a4adb8',
  grid: '#2a3038',
  line: '#3b434d',
  link: '#7ab8f0',
  fault: '#a99cc9',
  loss: '#ff8a57',
  pass: '#5fcf97',
  fail: '#ff7f86',
  d0: '#4aa8e0',
  d1: '#efb03a',
  d2: '#33c79c',
  d3: '#e39bc6',
  d4: '#9ad4f5',
  d5: '#d6ca4a',
  d6: '#b9c1ca',
  d7: '#c99b6a',
};

function declarations(colours: typeof light): string {
  return Object.entries(colours)
    .map(([name, value]) => `--${name}:${value};`)
    .join('');
}

const own = Array.from({ length: deploymentColours }, (_, i) => `.d${i}{--own:var(--d${i})}`).join('\n');

export const coloursStyle = `
:root{color-scheme:light dark;${declarations(light)}}
@media screen and (prefers-color-scheme:dark){:root{${declarations(dark)}}}
${own}
`;
