import type { BodyReader } from './routing-policy.ts';

/**
 * Gives a reader the data of a body in chunks. Whoever passes the body on has seen that it is one (`ChunkedBody`);
 * trailers are left out there.
 */
export function chunkData(reader: BodyReader): BodyReader {
  /** A size, begun in an earlier piece. */
  let line = '';
  let leftChars = 0;
  return (piece) => {
    let data = '';
    for (let at = 0; at < piece.length; ) {
      if (leftChars > 2) {
        const here = piece.slice(at, at + leftChars - 2);
        data += here;
        leftChars -= here.length;
        at += here.length;
      } else if (leftChars > 0) {
        // The CR LF behind the data.
        leftChars -= 1;
        at += 1;
      } else {
        const lineEnd = piece.indexOf('\n', at) + 1;
        line += piece.slice(at, lineEnd === 0 ? undefined : lineEnd);
        at = lineEnd === 0 ? piece.length : lineEnd;
        if (lineEnd === 0) continue;
        const chars = Number.parseInt(line, 16);
        line = '';
        // The last chunk is empty.
        if (!(chars > 0)) {
          if (data !== '') reader(data);
          return false;
        }
        leftChars = chars + 2;
      }
    }
    return data === '' || reader(data);
  };
}
