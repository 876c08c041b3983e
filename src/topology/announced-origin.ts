/**
 * The first address of this machine in a server's output, e.g. `http://127.0.0.1:40123`.
 *
 * Both stdout and stderr count, since many servers announce themselves on stderr.
 *
 * @param isQuiet nothing has been added since the last look; only then are digits at the very end taken for
 *   the whole port.
 */
export function announcedOrigin(output: string, isQuiet: boolean): string | undefined {
  const match = /(https?:\/\/(?:127\.0\.0\.1|localhost):\d+)(\D)?/.exec(output);
  if (!match) return undefined;
  return match[2] !== undefined || isQuiet ? match[1] : undefined;
}
