import type { Verdict } from '../../verdict/index.ts';

/** Colours a text that is already padded; without colour it stays as it is. */
export interface Paint {
  as: (text: string) => string;
  strong: (text: string) => string;
  quiet: (text: string) => string;
  lost: (text: string) => string;
  unknown: (text: string) => string;
  verdict: (verdict: Verdict, text: string) => string;
}

const codes = { strong: 1, quiet: 2, lost: 31, pass: 32, unknown: 33, fail: 31 } as const;

export function painter(colour: boolean): Paint {
  const with_ = (code: number) => (text: string) =>
    colour && text.trim() !== '' ? `\u001b[${code}m${text}\u001b[0m` : text;
  return {
    as: (text) => text,
    strong: with_(codes.strong),
    quiet: with_(codes.quiet),
    lost: with_(codes.lost),
    unknown: with_(codes.unknown),
    verdict: (verdict, text) => with_(codes[verdict])(text),
  };
}
