/** Durations and rates as people write them: `250ms`, `10s`, `2m`, `1h`; `200/s`, `30/m`. */

const durationMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;

/** Milliseconds, or `undefined` if the text is no duration. */
export function parseDurationMs(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h)$/.exec(text.trim());
  if (!match) return undefined;
  return Number(match[1]) * durationMs[match[2] as keyof typeof durationMs];
}

/** Events per second, or `undefined` if the text is no rate. */
export function parseRatePerSecond(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*\/\s*(s|m|h)$/.exec(text.trim());
  if (!match) return undefined;
  return (Number(match[1]) * 1000) / durationMs[match[2] as 's' | 'm' | 'h'];
}

/** `1.5 s`, `250 ms`, `2 m 5 s`: short, for people. */
export function formatDurationMs(ms: number): string {
  if (ms < 1000) return `${round(ms)} ms`;
  if (ms < 60_000) return `${round(ms / 1000)} s`;
  const wholeSeconds = Math.round(ms / 1000);
  const seconds = wholeSeconds % 60;
  return `${Math.floor(wholeSeconds / 60)} m${seconds === 0 ? '' : ` ${seconds} s`}`;
}

function round(value: number): string {
  return String(Number(value.toPrecision(3)));
}
