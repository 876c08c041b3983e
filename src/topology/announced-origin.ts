/**
 * The first address of this machine in a server's output, e.g. `http://127.0.0.1:40123`. An address that stands for
 * every interface (0.0.0.0, [::]) is asked at 127.0.0.1.
 *
 * Both stdout and stderr count, since many servers announce themselves on stderr. Where there is no URL, a line that
 * says that something listens may name an address or only a port (`listening on :3000`, `running on port 3000`).
 *
 * @param isQuiet nothing has been added since the last look; only then are digits at the very end taken for
 *   the whole port.
 */
export function announcedOrigin(output: string, isQuiet: boolean): string | undefined {
  const url = urls.exec(output);
  if (url) return whole(url, isQuiet) ? `${url[1]}${hostOf(url[2] ?? '')}:${url[3]}` : undefined;
  for (const line of output.matchAll(announcements)) {
    const port = ports.exec(line[0]);
    // Asked for port 0, some name that and not what they got.
    if (port === null || Number(port[1]) === 0) continue;
    const isLastLine = line.index + line[0].length === output.length;
    return isLastLine && !isQuiet ? undefined : `http://127.0.0.1:${port[1]}`;
  }
  return undefined;
}

const urls = /(https?:\/\/)(127\.0\.0\.1|localhost|0\.0\.0\.0|\[::1\]|\[::\]):([1-9]\d*)(\D)?/;
const announcements = /^.*\b(?:listen\w*|running|serving|started|starting|ready|bound|available)\b.*$/gim;
const ports =
  /(?:(?:^|[\s"'=(])(?:127\.0\.0\.1|localhost|0\.0\.0\.0|\[::1?\]|\*)?:|\bport["']?[\s:=]+["']?)(\d{1,5})(?!\d)(?![.:]\d)/i;

function whole([, , , , after]: RegExpExecArray, isQuiet: boolean): boolean {
  return after !== undefined || isQuiet;
}

function hostOf(host: string): string {
  return host === '0.0.0.0' || host === '[::]' ? '127.0.0.1' : host;
}
