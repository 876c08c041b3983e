/** The head of an HTTP answer (RFC 9112, sections 4 and 5), read strictly: what is ambiguous is refused. */

/** An answer that is no HTTP, or more than a client should have to take. */
export class BadAnswer extends Error {}

/** Heads of this size and more are refused; servers with 100 headers stay well below. */
export const maxHeadBytes = 64 * 1024;

export interface AnswerHead {
  status: number;
  /** The minor version: 0 or 1. */
  minor: number;
  /** Names in lower case, in the order in which they came. */
  headers: readonly (readonly [name: string, value: string])[];
}

/** @param head everything before the empty line, as latin1. */
export function parseHead(head: string): AnswerHead {
  const status = /^HTTP\/1\.([01]) ([1-9]\d{2})(?: [^\r\n]*)?(?=\r\n|$)/.exec(head);
  if (!status)
    throw new BadAnswer(`the answer does not begin like HTTP/1.1: ${JSON.stringify(head.slice(0, 60))}`);
  const headers: [string, string][] = [];
  for (let at = status[0].length; at < head.length; ) {
    const begin = at + 2;
    const found = head.indexOf('\r\n', begin);
    const end = found < 0 ? head.length : found;
    headers.push(parseField(head, begin, end));
    at = end;
  }
  return { status: Number(status[2]), minor: Number(status[1]), headers };
}

function parseField(head: string, begin: number, end: number): [string, string] {
  const colon = head.indexOf(':', begin);
  const name = colon < 0 || colon > end ? '' : head.slice(begin, colon).toLowerCase();
  const value = head.slice(colon + 1, end).trim();
  if (!isToken.test(name) || notInValue.test(value)) {
    throw new BadAnswer(`a bad header line: ${JSON.stringify(head.slice(begin, Math.min(end, begin + 80)))}`);
  }
  return [name, value];
}

const isToken = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there.
const notInValue = /[\x00-\x08\x0a-\x1f\x7f]/;

/** The value of a header, or of the first of several; undefined if there is none. */
export function headerOf({ headers }: Pick<AnswerHead, 'headers'>, name: string): string | undefined {
  for (const [key, value] of headers) if (key === name) return value;
  return undefined;
}

/** The values of all headers of a name, as one list. */
function allOf(head: AnswerHead, name: string): string {
  let all = '';
  for (const [key, value] of head.headers) if (key === name) all += all === '' ? value : `, ${value}`;
  return all;
}

/** How the body's end is told (RFC 9112, section 6.3). */
export type Framing = { kind: 'length'; bytes: number } | { kind: 'chunked' } | { kind: 'until-close' };

export function framingOf(head: AnswerHead): Framing {
  const { status } = head;
  if (status === 204 || status === 304) return { kind: 'length', bytes: 0 };
  const codings = allOf(head, 'transfer-encoding');
  const lengths = head.headers.filter(([name]) => name === 'content-length');
  if (codings !== '') {
    if (lengths.length > 0)
      throw new BadAnswer('the answer has both a Content-Length and a Transfer-Encoding');
    if (codings.toLowerCase() !== 'chunked')
      throw new BadAnswer(`the transfer coding ${codings} is not known`);
    return { kind: 'chunked' };
  }
  const [first] = lengths;
  if (first === undefined) return { kind: 'until-close' };
  if (lengths.some(([, value]) => value !== first[1]) || !/^\d{1,15}$/.test(first[1])) {
    throw new BadAnswer(`a bad Content-Length: ${lengths.map(([, value]) => value).join(', ')}`);
  }
  return { kind: 'length', bytes: Number(first[1]) };
}

/** Whether the connection may carry another exchange (RFC 9112, section 9.3). */
export function isPersistent(head: AnswerHead): boolean {
  const connection = allOf(head, 'connection').toLowerCase();
  if (connection.includes('close')) return false;
  if (head.minor === 1) return true;
  // HTTP/1.0 has no chunks: such an answer's end may be seen elsewhere by others (RFC 9112, section 6.1).
  return connection.includes('keep-alive') && headerOf(head, 'transfer-encoding') === undefined;
}

/** All that a connection wants to know of a head. Servers say nearly the same each time, so it is kept and compared. */
export interface HeadFacts {
  raw: string;
  head: AnswerHead;
  framing: Framing;
  isPersistent: boolean;
  /** How long the server keeps an idle connection, if it says so (`Keep-Alive: timeout=`), in microseconds. */
  idleUs: number | undefined;
}

export function factsOf(raw: string): HeadFacts {
  const head = parseHead(raw);
  const hint = /timeout=(\d{1,9})/i.exec(headerOf(head, 'keep-alive') ?? '');
  return {
    raw,
    head,
    framing: framingOf(head),
    isPersistent: isPersistent(head),
    idleUs: hint ? Number(hint[1]) * 1_000_000 : undefined,
  };
}
